//! Who may import whom, by the text of the sources.

use std::path::{Path, PathBuf};

/// Path inside src, and the code without its comments.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.extend(read(&root, path)),
            }
        }
    }
    assert!(found.len() > 50, "{} sources", found.len());
    found
}

fn read(root: &Path, path: PathBuf) -> Option<(String, String)> {
    let name = path
        .strip_prefix(root)
        .unwrap()
        .to_str()?
        .replace('\\', "/");
    if !name.ends_with(".rs") {
        return None;
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""));
    Some((name, code.collect::<Vec<_>>().join("\n")))
}

/// Whether `code` uses one of the names as a module or crate: `crate::gpu`, `use crate::{gpu, …`,
/// `wgpu::`.
fn imports(code: &str, module: &str) -> bool {
    let code: String = code.split_whitespace().collect();
    let direct = code.contains(&format!("crate::{module}::"))
        || code.contains(&format!("crate::{module};"))
        || code.contains(&format!("crate::{module}as"));
    let mut groups = code.split("crate::{").skip(1);
    let grouped = groups.any(|group| {
        let group = group.split(';').next().unwrap_or("");
        group
            .split([',', '{', '}'])
            .any(|item| item.split("::").next() == Some(module))
    });
    direct || grouped
}

/// Fails with every source in `inside` that imports one of `modules`.
fn forbid(inside: &[&str], modules: &[&str]) {
    for (name, code) in sources() {
        if inside.iter().any(|place| name.starts_with(place)) {
            let found: Vec<_> = modules
                .iter()
                .filter(|module| imports(&code, module))
                .collect();
            assert!(found.is_empty(), "src/{name} imports {found:?}");
        }
    }
}

#[test]
fn what_records_plans_knows_no_executor() {
    let recorders = [
        "nn/",
        "gan/",
        "plan/",
        "optim.rs",
        "random.rs",
        "threefry.rs",
        "pushforward/",
    ];
    forbid(&recorders, &["gpu", "cpu", "cli"]);
}

#[test]
fn plans_know_nothing_above_them() {
    let above = [
        "nn", "gan", "optim", "random", "run", "data", "cpu", "gpu", "bench",
    ];
    forbid(&["plan/"], &above);
}

#[test]
fn executors_know_plans_and_no_layers() {
    let layers = ["nn", "gan", "optim", "random", "run", "data", "bench"];
    forbid(&["cpu/"], &[&layers[..], &["gpu"]].concat());
    forbid(&["gpu/"], &[&layers[..], &["cpu"]].concat());
}

#[test]
fn layers_know_no_game_and_games_no_files() {
    let below = ["nn/", "optim.rs", "random.rs", "pushforward/"];
    forbid(&below, &["gan", "run", "data"]);
    forbid(&["gan/"], &["run", "data"]);
}

#[test]
fn pictures_know_nothing_of_what_they_show() {
    let others = [
        "nn", "gan", "optim", "random", "run", "data", "cpu", "gpu", "plan", "bench",
    ];
    forbid(&["plot/"], &others);
}

#[test]
fn measures_know_no_run_and_no_data_set() {
    let others = [
        "nn",
        "gan",
        "optim",
        "run",
        "data",
        "gpu",
        "bench",
        "plot",
        "classifier",
    ];
    forbid(&["eval/"], &others);
}

#[test]
fn the_classifier_knows_no_executor_and_no_data_set() {
    forbid(&["classifier/"], &["gpu", "cpu", "data", "eval", "cli"]);
}

#[test]
fn each_foreign_engine_has_one_home() {
    let homes = [
        ("wgpu", "gpu/"),
        ("naga", "gpu/"),
        ("gemm_", "cpu/"),
        ("kuva", "plot/"),
    ];
    for (engine, home) in homes {
        let users = sources()
            .into_iter()
            .filter(|(_, code)| code.contains(engine));
        let users: Vec<_> = users.map(|(name, _)| name).collect();
        assert!(!users.is_empty(), "nobody uses {engine}");
        let strangers: Vec<_> = users
            .iter()
            .filter(|name| !name.starts_with(home))
            .collect();
        assert!(strangers.is_empty(), "{engine} in {strangers:?}");
    }
}

#[test]
fn every_form_of_an_import_is_seen() {
    for code in [
        "use crate::gpu::Gpu;",
        "use crate::gpu;",
        "use crate::gpu as device;",
        "use crate::{Error, gpu};",
        "use crate::{\n    gpu::{Gpu, list},\n    Error,\n};",
        "let x = crate::gpu::list();",
    ] {
        assert!(imports(code, "gpu"), "{code}");
        assert!(!imports(code, "cpu"), "{code}");
    }
}
