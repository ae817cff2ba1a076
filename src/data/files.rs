//! Many image files as one data set: which sizes they get, in which order they lie, what happens
//! to broken ones. Where the files come from is decided by [`folder`](super::folder) and
//! [`archive`](super::archive), what becomes of one by `decode`.

use rayon::prelude::*;

use super::{Checked, Images, decode};
use crate::{Error, Result};

/// Most bytes of one file, packed or not. Each thread holds one file and its image at a time.
pub(super) const LARGEST_FILE: u64 = 256 << 20;
/// Most bytes of all pixels.
const MOST_PIXELS: usize = 2 << 30;
/// Largest height or width of the images that are learned.
const LARGEST_SIDE: usize = 4_096;
/// Files from one call of a [`Watch`] to the next.
const STRIDE: usize = 128;

/// How files end that are taken for images, in any case. All but PNG and JPEG are refused, since
/// whoever has them in a data set wants to know that they are not learned.
const EXTENSIONS: [&str; 13] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "bmp", "tif", "tiff", "avif",
    "heic",
];

/// What the images are to become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Height and width, at most 4,096 each; those of the first image where it is `None`.
    pub size: Option<[usize; 2]>,
    /// 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha; where it is `None`, 1 or 3 as the
    /// first image is grey or not.
    pub channels: Option<usize>,
    /// Whether broken files are left out rather than refused.
    pub skip_bad: bool,
}

/// Is told how many of how many files are done, and may stop the loading by an error.
pub type Watch<'a> = &'a mut dyn FnMut(usize, usize) -> Result<()>;

/// Image files in their order: bytewise by their path in the data set.
pub(super) trait Files: Sync {
    fn count(&self) -> usize;

    /// The whole path, for messages.
    fn path(&self, at: usize) -> String;

    /// All bytes of a file. The error is the end of a sentence that begins with the path.
    fn read(&self, at: usize) -> Checked<Vec<u8>>;
}

/// Decodes all files; `origin` stands for them in messages. The first bad file in their order is
/// refused, or the bad ones are left out, with a word about them in [`Images::warning`].
pub(super) fn load(
    name: String,
    origin: &str,
    files: &dyn Files,
    wanted: &Wanted,
    watch: Watch,
) -> Result<Images> {
    let count = files.count();
    if count == 0 {
        return Err(Error::Data(format!(
            "{origin} holds no images: expected files that end in .png, .jpg or .jpeg, at any depth"
        )));
    }
    let shape = shape(files, wanted, watch)?;
    let mut pixels = room(origin, count, shape)?;
    let mut bad = decode_all(files, shape, &mut pixels, wanted.skip_bad, watch)?;
    if bad.len() == count {
        return Err(bad.swap_remove(0).1);
    }
    close_gaps(&mut pixels, shape.iter().product(), count, &bad);
    let warning = bad.first().map(|(_, fault)| {
        let left_out = bad.len();
        format!("--skip-bad leaves out {left_out} of {count} image files; the first: {fault}")
    });
    let images = Images::new(name, shape, pixels, None);
    Ok(Images { warning, ..images })
}

/// Fills `pixels`\[count, H, W, C\]. Returns the places of the bad files, which are left as zeros,
/// and what is wrong with them; or the first fault, unless they may be skipped.
fn decode_all(
    files: &dyn Files,
    shape: [usize; 3],
    pixels: &mut [u8],
    skip_bad: bool,
    watch: Watch,
) -> Result<Vec<(usize, Error)>> {
    let (count, image_bytes) = (files.count(), shape.iter().product::<usize>());
    let mut bad = Vec::new();
    let parts = pixels.chunks_mut(STRIDE * image_bytes);
    for (first, part) in (0..count).step_by(STRIDE).zip(parts) {
        watch(first, count)?;
        let images = part.par_chunks_mut(image_bytes).enumerate();
        let faults = images.map(|(at, pixels)| {
            let image = open(files, first + at)?;
            pixels.copy_from_slice(&decode::fit(image, shape));
            Ok(())
        });
        // In the order of the files, whichever thread was first.
        let faults: Vec<Result<()>> = faults.collect();
        for (at, fault) in (first..).zip(faults) {
            match fault {
                Err(fault) if skip_bad => bad.push((at, fault)),
                fault => fault?,
            }
        }
    }
    watch(count, count)?;
    Ok(bad)
}

/// Takes the bad images out of `pixels`.
fn close_gaps(pixels: &mut Vec<u8>, image_bytes: usize, count: usize, bad: &[(usize, Error)]) {
    let mut bad = bad.iter().map(|(at, _)| *at).peekable();
    let mut to = 0;
    for at in 0..count {
        if bad.next_if_eq(&at).is_none() {
            let from = at * image_bytes;
            pixels.copy_within(from..from + image_bytes, to);
            to += image_bytes;
        }
    }
    pixels.truncate(to);
    pixels.shrink_to_fit();
}

fn open(files: &dyn Files, at: usize) -> Result<image::DynamicImage> {
    let image = files.read(at).and_then(|bytes| decode::decode(&bytes));
    image.map_err(|fault| Error::Data(format!("{} {fault}", printable(&files.path(at)))))
}

/// H, W and C: what is wanted, and the rest from the first image (the first good one, where bad
/// ones are left out).
fn shape(files: &dyn Files, wanted: &Wanted, watch: Watch) -> Result<[usize; 3]> {
    if let (Some([height, width]), Some(channels)) = (wanted.size, wanted.channels) {
        return Ok([height, width, channels]);
    }
    let mut first_fault = None;
    for at in 0..files.count() {
        watch(0, files.count())?;
        match open(files, at) {
            Ok(image) => return fill_in(wanted, &image, &files.path(at)),
            Err(fault) if wanted.skip_bad => _ = first_fault.get_or_insert(fault),
            Err(fault) => return Err(fault),
        }
    }
    Err(first_fault.expect("there is a file"))
}

fn fill_in(wanted: &Wanted, image: &image::DynamicImage, path: &str) -> Result<[usize; 3]> {
    let own = [image.height() as usize, image.width() as usize];
    let [height, width] = wanted.size.unwrap_or(own);
    if height.max(width) > LARGEST_SIDE {
        return Err(Error::Data(format!(
            "{} is {height} pixels high and {width} wide, too large to be learned: give a --size \
             of up to {LARGEST_SIDE}x{LARGEST_SIDE}",
            printable(path)
        )));
    }
    let by_image = if image.color().has_color() { 3 } else { 1 };
    Ok([height, width, wanted.channels.unwrap_or(by_image)])
}

/// Zeros for all pixels, if there may be and can be so many.
fn room(origin: &str, count: usize, [h, w, c]: [usize; 3]) -> Result<Vec<u8>> {
    let refused = |why: &str| {
        Error::Data(format!(
            "{origin} has {count} images, which at {h}x{w}x{c} are more bytes than {why}: give a \
             smaller --size, fewer --channels or fewer images"
        ))
    };
    let bytes = count.checked_mul(h * w * c);
    let bytes = bytes.filter(|bytes| *bytes <= MOST_PIXELS);
    let bytes = bytes.ok_or_else(|| refused("the limit of 2 GiB"))?;
    let mut pixels = Vec::new();
    let reserved = pixels.try_reserve_exact(bytes);
    reserved.map_err(|_| refused("there is memory for"))?;
    pixels.resize(bytes, 0);
    Ok(pixels)
}

/// Whether a path in a data set is that of an image, by the end of its name.
pub(super) fn claims_image(path: &[u8]) -> bool {
    let end = path.rsplit(|byte| *byte == b'.').next().unwrap_or(path);
    end.len() < path.len()
        && EXTENSIONS
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(end))
}

/// Whether a name is one that people do not see: those that begin with a dot, and what macOS adds
/// to archives.
pub(super) fn is_hidden(name: &[u8]) -> bool {
    name == b"__MACOSX" || (name.starts_with(b".") && name.iter().any(|byte| *byte != b'.'))
}

/// A name without what would break a line or steer a terminal.
pub(super) fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_images() {
        for name in ["a.png", "b.c.JPG", "x/y.JpEg", ".png.gif", "é.png"] {
            assert!(claims_image(name.as_bytes()), "{name}");
        }
        for name in [
            "png",
            "a.txt",
            "a.png/b",
            "a.png.txt",
            "a.",
            "",
            "dataset.json",
        ] {
            assert!(!claims_image(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn hidden_names_are_known() {
        for name in [".DS_Store", "._a.png", "__MACOSX", "..a"] {
            assert!(is_hidden(name.as_bytes()), "{name}");
        }
        for name in [".", "..", "", "a.png", "a.b", "_", "__MACOSX2"] {
            assert!(!is_hidden(name.as_bytes()), "{name}");
        }
    }
}
