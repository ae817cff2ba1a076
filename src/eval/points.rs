//! Points side by side in one slice.

/// `count` points of `dims` coordinates, row-major: values\[n, d\].
#[derive(Debug, PartialEq)]
pub struct Points<'a, T = f64> {
    values: &'a [T],
    dims: usize,
}

impl<T> Clone for Points<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Points<'_, T> {}

impl<'a, T> Points<'a, T> {
    /// Views `values`\[n, `dims`\].
    ///
    /// # Panics
    /// If `dims` is 0 or the values do not fill whole points.
    pub fn new(values: &'a [T], dims: usize) -> Points<'a, T> {
        assert!(dims > 0, "points have at least one coordinate");
        let whole = values.len().is_multiple_of(dims);
        assert!(whole, "{} values are no points of {dims}", values.len());
        Points { values, dims }
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.values.len() / self.dims
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Coordinates of each.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// All coordinates, \[n, d\].
    pub fn values(&self) -> &'a [T] {
        self.values
    }

    /// One point.
    pub fn row(&self, at: usize) -> &'a [T] {
        &self.values[at * self.dims..(at + 1) * self.dims]
    }

    /// One point after the other.
    pub fn rows(&self) -> std::slice::ChunksExact<'a, T> {
        self.values.chunks_exact(self.dims)
    }

    /// The points from `start` on, `count` of them.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn slice(&self, start: usize, count: usize) -> Points<'a, T> {
        let values = &self.values[start * self.dims..(start + count) * self.dims];
        Points { values, ..*self }
    }
}

/// Σ (a − b)².
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
