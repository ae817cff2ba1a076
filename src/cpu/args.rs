//! The arguments of one call, as a mirror sees them.

use std::ops::Range;

use crate::plan::Call;
use crate::plan::codes::Activation;

/// The elements of a storage.
#[derive(Clone, Debug)]
pub(super) enum Buffer<T> {
    Floats(Vec<T>),
    Words(Vec<u32>),
    Bytes(Vec<u8>),
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Buffer::Bytes(Vec::new())
    }
}

impl<T> Buffer<T> {
    /// A part of it, to be read.
    pub(super) fn slot(&self, range: Range<usize>) -> Slot<'_, T> {
        match self {
            Buffer::Floats(values) => Slot::Floats(&values[range]),
            Buffer::Words(values) => Slot::Words(&values[range]),
            Buffer::Bytes(values) => Slot::Bytes(&values[range]),
        }
    }
}

/// What is left of a storage after the parts before `from` were handed out for writing.
pub(super) struct Rest<'a, T> {
    from: usize,
    rest: Slot<'a, T>,
}

impl<'a, T> Rest<'a, T> {
    pub(super) fn of(buffer: &'a mut Buffer<T>) -> Rest<'a, T> {
        let rest = match buffer {
            Buffer::Floats(values) => Slot::FloatsMut(values),
            Buffer::Words(values) => Slot::WordsMut(values),
            Buffer::Bytes(_) => panic!("no kernel writes bytes"),
        };
        Rest { from: 0, rest }
    }

    /// The part at `range`; parts are asked for in the order in which they lie.
    pub(super) fn split(&mut self, range: Range<usize>) -> Slot<'a, T> {
        let skipped = range.start - self.from;
        self.from = range.end;
        match std::mem::replace(&mut self.rest, Slot::Taken) {
            Slot::FloatsMut(values) => {
                let (part, rest) = values[skipped..].split_at_mut(range.len());
                self.rest = Slot::FloatsMut(rest);
                Slot::FloatsMut(part)
            }
            Slot::WordsMut(values) => {
                let (part, rest) = values[skipped..].split_at_mut(range.len());
                self.rest = Slot::WordsMut(rest);
                Slot::WordsMut(part)
            }
            _ => unreachable!("made from a writable storage"),
        }
    }
}

/// A tensor of a call.
pub(super) enum Slot<'a, T> {
    Floats(&'a [T]),
    FloatsMut(&'a mut [T]),
    Words(&'a [u32]),
    WordsMut(&'a mut [u32]),
    Bytes(&'a [u8]),
    Taken,
}

/// What a mirror is called with. Outputs are taken out once each, so that several can be held at
/// the same time; asking for what the call does not have is a mistake of the mirror and panics.
pub struct Args<'a, T> {
    pub(super) call: &'a Call,
    pub(super) slots: Vec<Slot<'a, T>>,
}

impl<'a, T> Args<'a, T> {
    pub fn int(&self, name: &str) -> usize {
        self.call.int(name) as usize
    }

    /// The activation of the call.
    pub fn activation(&self) -> Activation {
        Activation::from_code(self.int("activation") as u32, self.float("leak"))
    }

    pub fn float(&self, name: &str) -> f64 {
        self.call.float(name)
    }

    fn slot(&mut self, name: &str) -> &mut Slot<'a, T> {
        let mut names = self.call.arguments.iter().map(|argument| argument.name);
        let at = names.position(|given| given == name);
        let kernel = self.call.kernel.name;
        &mut self.slots[at.unwrap_or_else(|| panic!("{kernel} has no tensor {name}"))]
    }

    /// An input of floats.
    pub fn floats(&mut self, name: &str) -> &'a [T] {
        match self.slot(name) {
            Slot::Floats(values) => values,
            _ => panic!("{name} is no input of floats"),
        }
    }

    /// An input of words.
    pub fn words(&mut self, name: &str) -> &'a [u32] {
        match self.slot(name) {
            Slot::Words(values) => values,
            _ => panic!("{name} is no input of words"),
        }
    }

    /// An input of bytes.
    pub fn bytes(&mut self, name: &str) -> &'a [u8] {
        match self.slot(name) {
            Slot::Bytes(values) => values,
            _ => panic!("{name} is no input of bytes"),
        }
    }

    /// An output of floats.
    pub fn floats_mut(&mut self, name: &str) -> &'a mut [T] {
        match std::mem::replace(self.slot(name), Slot::Taken) {
            Slot::FloatsMut(values) => values,
            _ => panic!("{name} is no output of floats, or was taken"),
        }
    }

    /// An output of words.
    pub fn words_mut(&mut self, name: &str) -> &'a mut [u32] {
        match std::mem::replace(self.slot(name), Slot::Taken) {
            Slot::WordsMut(values) => values,
            _ => panic!("{name} is no output of words, or was taken"),
        }
    }
}
