//! The header of an IDX file: two zero bytes, the element type, the number of dimensions, then
//! each dimension as a big-endian u32, and the sentences for what can be wrong with it.
//! Source: the description of the format on the original MNIST page.

use super::Checked;
use std::fmt::Display;

/// Most bytes of pixels that are read into memory.
const LARGEST: u64 = 8 << 30;
/// Largest height or width of an image.
const LARGEST_SIDE: usize = 16384;
/// The element type "unsigned byte".
const UNSIGNED_BYTE: u8 = 0x08;
/// How a gzip file begins.
pub(super) const GZIP: &[u8] = &[0x1f, 0x8b];

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Images,
    Labels,
}

pub(super) struct Header {
    /// Number of images or labels, at least 1.
    pub count: usize,
    /// Height, width and channels of an image; all 1 for labels.
    pub shape: [usize; 3],
    dimensions: usize,
}

/// Checks the first four bytes (fewer if the file has fewer); returns the number of dimensions.
pub(super) fn check_magic(magic: &[u8], kind: Kind, unzipped: bool) -> Checked<usize> {
    let (what, wanted) = match kind {
        Kind::Images => ("images", "3 (N, H, W) or 4 (N, H, W, C)"),
        Kind::Labels => ("labels", "1 (N)"),
    };
    match *magic {
        [0, 0, UNSIGNED_BYTE, n] => match (kind, n) {
            (Kind::Images, 3 | 4) | (Kind::Labels, 1) => Ok(n.into()),
            _ => Err(format!(
                "has {n} dimension{}, but IDX {what} need {wanted}: check that the right file has this name",
                if n == 1 { "" } else { "s" },
            )),
        },
        [0, 0, code, _] => Err(format!(
            "holds {} (element type 0x{code:02X}), but IDX {what} must be unsigned bytes (0x08): convert it",
            element_type(code),
        )),
        [a, b, c, d] => Err(format!(
            "begins{} with the bytes {a:02x} {b:02x} {c:02x} {d:02x}{}, but IDX {what} begin with 00 00 08",
            if unzipped { " inside gzip" } else { "" },
            looks_like(magic),
        )),
        _ => Err(format!(
            "holds only {} bytes, too few for an IDX file: download it again",
            magic.len()
        )),
    }
}

fn element_type(code: u8) -> &'static str {
    match code {
        0x09 => "signed bytes",
        0x0B => "16-bit integers",
        0x0C => "32-bit integers",
        0x0D => "32-bit floats",
        0x0E => "64-bit floats",
        _ => "an unknown kind of number",
    }
}

/// What a file that begins like this probably is.
fn looks_like(magic: &[u8]) -> &'static str {
    let known: [(&[u8], &str); 9] = [
        (GZIP, " (gzip: unpack it once)"),
        (
            b"<",
            " (an HTML or XML page, not the file itself: download it again)",
        ),
        (b"\x89PNG", " (a PNG picture)"),
        (b"\xff\xd8", " (a JPEG picture)"),
        (b"PK", " (a zip archive: unpack it)"),
        (b"\xfd7zX", " (xz: unpack it)"),
        (b"BZh", " (bzip2: unpack it)"),
        (b"\x93NUM", " (a NumPy array)"),
        (b"vers", " (perhaps a Git LFS pointer: run git lfs pull)"),
    ];
    known
        .iter()
        .find(|(start, _)| magic.starts_with(start))
        .map_or("", |(_, text)| text)
}

impl Header {
    /// Checks the dimensions in `start`, the first 4 + 4·`dimensions` bytes of the file (fewer if
    /// the file has fewer).
    pub(super) fn parse(start: &[u8], dimensions: usize) -> Checked<Header> {
        let needed = 4 + 4 * dimensions;
        if start.len() < needed {
            let found = start.len();
            return Err(format!(
                "ends after {found} bytes, inside its header of {needed} bytes: download it again"
            ));
        }
        let size = |at: usize| {
            u32::from_be_bytes([start[at], start[at + 1], start[at + 2], start[at + 3]])
        };
        let sizes: Vec<usize> = (1..=dimensions).map(|i| size(4 * i) as usize).collect();
        let (count, shape) = match sizes[..] {
            [n, h, w, c] => (n, [h, w, c]),
            [n, h, w] => (n, [h, w, 1]),
            _ => (sizes[0], [1, 1, 1]),
        };
        let header = Header {
            count,
            shape,
            dimensions,
        };
        header.check_sizes()?;
        Ok(header)
    }

    fn check_sizes(&self) -> Checked<()> {
        let [h, w, c] = self.shape;
        let sides = 1..=LARGEST_SIDE;
        let expected = if self.count == 0 {
            "at least 1".into()
        } else if !sides.contains(&h) || !sides.contains(&w) {
            format!("1 to {LARGEST_SIDE} pixels each way")
        } else if !(1..=4).contains(&c) {
            "1 to 4 channels".into()
        } else {
            return Ok(());
        };
        Err(format!(
            "promises {} in its header, expected {expected}: use another file",
            self.contents()
        ))
    }

    fn contents(&self) -> String {
        let (n, [h, w, c]) = (self.count, self.shape);
        match self.dimensions {
            1 => format!("{n} labels"),
            _ => format!("{n} images of {h}x{w}x{c}"),
        }
    }

    /// Length of this header in bytes.
    pub(super) fn bytes(&self) -> u64 {
        4 + 4 * self.dimensions as u64
    }

    /// Length that the whole file must have. At most 2³² images of 2¹⁴·2¹⁴·4 bytes: 2⁶² bytes
    /// and a header do not overflow.
    pub(super) fn file_bytes(&self) -> u64 {
        self.shape
            .iter()
            .fold(self.count as u64, |bytes, &side| bytes * side as u64)
            + self.bytes()
    }

    /// Bytes after the header, if they are few enough to be held in memory.
    pub(super) fn payload(&self) -> Checked<usize> {
        let bytes = self.file_bytes() - self.bytes();
        match usize::try_from(bytes) {
            Ok(size) if bytes <= LARGEST => Ok(size),
            _ => Err(format!(
                "promises {}, {bytes} bytes, but at most {LARGEST} can be read: use a smaller file",
                self.contents()
            )),
        }
    }

    /// The fault of a file that has only `found` bytes.
    pub(super) fn truncated(&self, found: u64) -> String {
        self.wrong_length(found, "is truncated", "download it again")
    }

    /// The fault of a file that has `found` bytes.
    pub(super) fn too_long(&self, found: impl Display) -> String {
        self.wrong_length(
            found,
            "is too long",
            "cut off what follows or download it again",
        )
    }

    fn wrong_length(&self, found: impl Display, verdict: &str, remedy: &str) -> String {
        let (expected, contents) = (self.file_bytes(), self.contents());
        format!(
            "{verdict}: it has {found} bytes, but its header promises {expected} ({contents}); {remedy}"
        )
    }
}
