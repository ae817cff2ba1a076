//! From what was typed to a command: what `Parser::parse` does, with more to say of numbers that are none.

use std::error::Error as _;
use std::num::{IntErrorKind, ParseIntError};

use clap::error::{ContextKind, ErrorKind};
use clap::{Command, Error, Parser};

/// The command line of this process. Help and wrong usage end it.
pub fn typed<Cli: Parser>() -> Cli {
    let mut tree = negative_numbers(Cli::command());
    let typed = tree.try_get_matches_from_mut(std::env::args_os());
    let made = typed.and_then(|matches| Cli::from_arg_matches(&matches));
    made.unwrap_or_else(|error| plainly(error, &mut tree).exit())
}

/// Options take -1 for their value, which their parsers then refuse by what it is, and not for a flag
/// that does not exist.
fn negative_numbers(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let takes = arg.get_action().takes_values() && !arg.is_positional();
        arg.allow_negative_numbers(takes)
    });
    command.mut_subcommands(negative_numbers)
}

/// In the words of a digit that is invalid nobody is told what to give.
fn plainly(error: Error, tree: &mut Command) -> Error {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<ParseIntError>());
    let (Some(cause), Some(value), Some(option)) = (
        cause,
        error.get(ContextKind::InvalidValue),
        error.get(ContextKind::InvalidArg),
    ) else {
        return error;
    };
    let wanted = match cause.kind() {
        IntErrorKind::PosOverflow => "a smaller whole number",
        _ => "a whole number that is not negative",
    };
    let message = format!("'{value}' cannot be the value of '{option}'; give {wanted}\n");
    Error::raw(ErrorKind::ValueValidation, message).format(tree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches};

    #[derive(Debug, Parser)]
    struct Typed {
        #[arg(long)]
        count: Option<usize>,
        #[arg(long)]
        rate: Option<f64>,
        #[arg(long)]
        json: bool,
        run: Option<String>,
    }

    fn parse(typed: &[&str]) -> Result<Typed, Error> {
        let mut tree = negative_numbers(Typed::command());
        let matches = tree.try_get_matches_from_mut([&["x"], typed].concat());
        let made = matches.and_then(|matches| Typed::from_arg_matches(&matches));
        made.map_err(|error| plainly(error, &mut tree))
    }

    #[test]
    fn negative_numbers_are_values_of_options() {
        assert_eq!(parse(&["--rate", "-1.5"]).unwrap().rate, Some(-1.5));
        for (value, wanted) in [
            ("-3", "not negative"),
            ("many", "not negative"),
            ("99999999999999999999999", "smaller"),
        ] {
            let refused = parse(&["--count", value]).unwrap_err();
            assert_eq!(refused.exit_code(), 2);
            let text = refused.to_string();
            for part in [&format!("'{value}'"), "--count", wanted, "--help"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }

    #[test]
    fn what_looks_like_a_flag_elsewhere_is_one() {
        for typed in [&["--json", "-1"][..], &["-1"], &["--rate", "--json"]] {
            assert!(parse(typed).is_err(), "{typed:?}");
        }
        let typed = parse(&["--count", "3", "--json", "run"]).unwrap();
        assert!(typed.json && typed.count == Some(3) && typed.run.is_some());
    }
}
