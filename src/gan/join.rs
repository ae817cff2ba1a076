//! Two batches that the critic is called on at once.

use crate::plan::{Recorder, Tensor, kernel};

/// A batch of real samples and one of generated ones, one after the other in one tensor, so that
/// the critic is called once. The halves are views where they can be bound, copies elsewhere.
pub struct Join {
    /// \[2·batch, features\], the real samples first.
    pub both: Tensor,
    /// \[batch, features\] each, to be written.
    pub real: Tensor,
    pub fake: Tensor,
    is_view: bool,
}

impl Join {
    pub fn new(r: &mut Recorder, name: &str, batch: usize, features: usize) -> Join {
        let both = r.scratch(name, &[2 * batch, features]);
        let (real, fake) = (format!("{name}.real"), format!("{name}.fake"));
        let views = r
            .slice_rows(both, &real, 0, batch)
            .zip(r.slice_rows(both, &fake, batch, batch));
        let (real, fake) = views.unwrap_or_else(|| {
            let shape = [batch, features];
            (
                r.scratch(&format!("{real}.own"), &shape),
                r.scratch(&format!("{fake}.own"), &shape),
            )
        });
        Join {
            both,
            real,
            fake,
            is_view: views.is_some(),
        }
    }

    /// To be called once both halves are recorded, before `both` is read.
    pub fn close(&self, r: &mut Recorder) {
        if self.is_view {
            return;
        }
        let len = r.info(self.real).len();
        for (half, start) in [(self.real, 0), (self.fake, len)] {
            r.call(&kernel::DATA_COPY)
                .read("source", half)
                .write("destination", self.both)
                .set("skip", 0usize)
                .set("start", start)
                .set("len", len)
                .extent(len, 1, 1)
                .record();
        }
    }

    /// The rows of generated samples of a tensor of as many rows as `both`.
    pub fn fakes_of(&self, r: &mut Recorder, of: Tensor, name: &str) -> Tensor {
        let shape = r.info(self.real).shape.clone();
        let (rows, len) = (shape[0], r.info(self.real).len());
        if let Some(view) = r.slice_rows(of, name, rows, rows) {
            return view;
        }
        let own = r.scratch(&format!("{name}.own"), &shape);
        r.call(&kernel::DATA_COPY)
            .read("source", of)
            .write("destination", own)
            .set("skip", len)
            .set("start", 0usize)
            .set("len", len)
            .extent(len, 1, 1)
            .record();
        own
    }
}
