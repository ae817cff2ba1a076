//! The progress of a run as an endless GIF, from the grids that it saved.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, ImageReader, Rgba, RgbaImage, imageops};

use super::atomic;
use crate::error::{Error, Result};

/// More frames would make the file large and the film long.
const MOST_FRAMES: usize = 60;
const FRAME_MS: u32 = 150;
const LAST_FRAME_MS: u32 = 3_000;

/// Of NeuQuant, for pictures of more than 256 colours; grey ones keep every shade.
const SPEED: i32 = 10;

/// GIF has no half-transparent pixels: what shines through is laid on this.
const BACKGROUND: Rgba<u8> = Rgba([48, 48, 48, 255]);

/// Writes `out` from the files `step-*.png` in `samples`, evenly chosen and in the order of their
/// steps, the last one held longer. Grids of another size than the last one's are left out. One
/// picture at a time is in memory.
///
/// # Errors
/// [`Error::Runtime`] if there is no grid, or one that cannot be read, or `out` cannot be written.
pub fn animate(samples: &Path, out: &Path) -> Result<()> {
    let runtime = |e: io::Error| Error::Runtime(e.to_string());
    let grids = grids(samples).map_err(|e| runtime(atomic::named("read", samples, e)))?;
    let Some(last) = grids.last() else {
        let shown = samples.display();
        let message = format!("'{shown}' holds no step-*.png to make an animation of");
        return Err(Error::Runtime(message));
    };
    let size = read(last).map_err(runtime)?.dimensions();
    atomic::write_with(out, |file| {
        let mut film = GifEncoder::new_with_speed(file, SPEED);
        film.set_repeat(Repeat::Infinite)
            .map_err(io::Error::other)?;
        for path in choose(&grids) {
            let picture = read(path)?;
            if picture.dimensions() == size {
                let shown_ms = if path == last {
                    LAST_FRAME_MS
                } else {
                    FRAME_MS
                };
                let delay = Delay::from_numer_denom_ms(shown_ms, 1);
                let frame = Frame::from_parts(opaque(&picture), 0, 0, delay);
                film.encode_frame(frame).map_err(io::Error::other)?;
            }
        }
        Ok(())
    })
    .map_err(runtime)
}

/// At most [`MOST_FRAMES`], evenly spread, with the first and the last.
fn choose(grids: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    let frames = grids.len().min(MOST_FRAMES);
    (0..frames).map(move |i| &grids[i * (grids.len() - 1) / (frames - 1).max(1)])
}

/// The grids of a directory by step; names that a longer run makes wider are sorted rightly.
fn grids(samples: &Path) -> io::Result<Vec<PathBuf>> {
    let mut grids = Vec::new();
    for entry in fs::read_dir(samples)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let digits = name
            .strip_prefix("step-")
            .and_then(|n| n.strip_suffix(".png"));
        if let Some(Ok(step)) = digits.map(str::parse::<u64>) {
            grids.push((step, path));
        }
    }
    grids.sort();
    Ok(grids.into_iter().map(|(_, path)| path).collect())
}

fn read(path: &Path) -> io::Result<RgbaImage> {
    let picture = ImageReader::open(path)?.decode().map_err(io::Error::other);
    Ok(picture
        .map_err(|e| atomic::named("read", path, e))?
        .into_rgba8())
}

fn opaque(picture: &RgbaImage) -> RgbaImage {
    let mut ground = RgbaImage::from_pixel(picture.width(), picture.height(), BACKGROUND);
    imageops::overlay(&mut ground, picture, 0, 0);
    ground
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::grid::{encode_png, grid};
    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;

    fn save(samples: &Path, step: u64, columns: usize, values: &[f32]) {
        let picture = grid(values, values.len(), [1, 1, 1], columns).unwrap();
        let path = samples.join(format!("step-{step:08}.png"));
        atomic::write(&path, &encode_png(&picture).unwrap()).unwrap();
    }

    /// The first image's grey value and the duration of every frame.
    fn frames(film: &Path) -> Vec<(u8, u32)> {
        let file = io::BufReader::new(fs::File::open(film).unwrap());
        let frames = GifDecoder::new(file).unwrap().into_frames();
        frames
            .map(|frame| {
                let frame = frame.unwrap();
                let (ms, _) = frame.delay().numer_denom_ms();
                (frame.buffer().get_pixel(2, 2)[0], ms)
            })
            .collect()
    }

    #[test]
    fn grids_follow_each_other_by_step_and_the_last_stays() {
        let place = tempfile::tempdir().unwrap();
        let film = place.path().join("progress.gif");
        // As text, the name of the last one would come second.
        for (step, value) in [(0, -1.0), (99_999_999, 0.0), (100_000_000, 1.0)] {
            save(place.path(), step, 1, &[value]);
        }
        fs::write(place.path().join("real.png"), b"not a grid").unwrap();
        animate(place.path(), &film).unwrap();
        assert_eq!(frames(&film), [(0, 150), (128, 150), (255, 3_000)]);
    }

    #[test]
    fn one_grid_is_enough_and_none_is_not() {
        let place = tempfile::tempdir().unwrap();
        let film = place.path().join("progress.gif");
        let error = animate(place.path(), &film).unwrap_err().to_string();
        assert!(error.contains("no step-*.png"), "{error}");
        save(place.path(), 0, 1, &[0.0]);
        animate(place.path(), &film).unwrap();
        assert_eq!(frames(&film), [(128, 3_000)]);
    }

    #[test]
    fn other_sizes_are_left_out_and_damage_is_named() {
        let place = tempfile::tempdir().unwrap();
        let film = place.path().join("progress.gif");
        save(place.path(), 0, 1, &[-1.0, -1.0]);
        save(place.path(), 1, 2, &[1.0, 1.0]);
        animate(place.path(), &film).unwrap();
        assert_eq!(frames(&film), [(255, 3_000)]);
        let old = fs::read(&film).unwrap();
        fs::write(place.path().join("step-00000000.png"), b"damaged").unwrap();
        let error = animate(place.path(), &film).unwrap_err().to_string();
        assert!(error.contains("step-00000000.png"), "{error}");
        assert_eq!(fs::read(&film).unwrap(), old);
    }

    #[test]
    fn frames_are_chosen_evenly() {
        let grids: Vec<PathBuf> = (0..1_000).map(|i| i.to_string().into()).collect();
        let chosen: Vec<&PathBuf> = choose(&grids).collect();
        assert_eq!(chosen.len(), MOST_FRAMES);
        assert_eq!((chosen[0], chosen[59]), (&grids[0], &grids[999]));
        assert_eq!(choose(&grids[..7]).count(), 7);
    }
}
