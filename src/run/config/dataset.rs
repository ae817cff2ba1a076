//! The options that say what is learned.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer, ser};

use crate::data::toy::{Distribution, FORMS};

/// A data set: `mnist`, `stacked-mnist`, `folder:DIR`, `zip:FILE`, `points:FILE`, or the name of a distribution.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Dataset {
    /// The one that is built in.
    Mnist,
    /// Three digits of it in one image, one for each channel.
    StackedMnist,
    /// PNG and JPEG files below a folder.
    Folder(PathBuf),
    /// PNG and JPEG files in a zip file.
    Zip(PathBuf),
    /// Rows of numbers in a text file.
    Points(PathBuf),
    /// Points drawn without end.
    Drawn(Distribution),
}

impl Dataset {
    /// Whether it is of points, not of images.
    pub fn is_of_points(&self) -> bool {
        matches!(self, Dataset::Points(_) | Dataset::Drawn(_))
    }

    /// Where its files are, if it has any.
    pub fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Dataset::Mnist | Dataset::StackedMnist | Dataset::Drawn(_) => None,
            Dataset::Folder(path) | Dataset::Zip(path) | Dataset::Points(path) => Some(path),
        }
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dataset::Mnist => f.write_str("mnist"),
            Dataset::StackedMnist => f.write_str("stacked-mnist"),
            Dataset::Folder(path) => write!(f, "folder:{}", path.display()),
            Dataset::Zip(path) => write!(f, "zip:{}", path.display()),
            Dataset::Points(path) => write!(f, "points:{}", path.display()),
            Dataset::Drawn(distribution) => distribution.fmt(f),
        }
    }
}

impl FromStr for Dataset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "mnist" => Ok(Dataset::Mnist),
            None if text == "stacked-mnist" => Ok(Dataset::StackedMnist),
            Some(("folder", path)) if !path.is_empty() => Ok(Dataset::Folder(path.into())),
            Some(("zip", path)) if !path.is_empty() => Ok(Dataset::Zip(path.into())),
            Some(("points", path)) if !path.is_empty() => Ok(Dataset::Points(path.into())),
            _ => match Distribution::named(text) {
                Some(distribution) => distribution.map(Dataset::Drawn),
                None => Err(format!(
                    "data set '{text}' is unknown, expected `mnist`, `stacked-mnist`, \
                     `folder:DIR` or `zip:FILE` of PNG and JPEG images, `points:FILE` of rows of numbers, one of {FORMS}, or a \
                     folder of IDX files as --data-dir in its place"
                )),
            },
        }
    }
}

impl TryFrom<String> for Dataset {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Serialize for Dataset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Dataset::Folder(path) | Dataset::Zip(path) | Dataset::Points(path) = self
            && path.to_str().is_none()
        {
            let message = format!("the path '{}' is not UTF-8", path.display());
            return Err(ser::Error::custom(message));
        }
        serializer.collect_str(self)
    }
}

/// Height and width of images in pixels: `HxW`, or `N` for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    pub height: usize,
    pub width: usize,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (height, width) = text.split_once('x').unwrap_or((text, text));
        match (height.parse(), width.parse()) {
            (Ok(height), Ok(width)) => Ok(Size { height, width }),
            _ => Err(format!(
                "size '{text}' is no size, expected HEIGHTxWIDTH such as `48x64`, or `64` for both"
            )),
        }
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(Size { height, width }: Size) -> String {
        format!("{height}x{width}")
    }
}
