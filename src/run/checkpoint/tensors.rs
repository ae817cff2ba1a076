//! Named host tensors and their safetensors form.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use safetensors::{Dtype, SafeTensors, View};

use crate::error::{Error, Result};

/// The one metadata key: several would be written in the random order of a hash map.
const METADATA_KEY: &str = "gpugan";

/// The elements of a tensor, row-major.
#[derive(Debug, Clone, PartialEq)]
pub enum TensorData {
    F32(Vec<f32>),
    U32(Vec<u32>),
}

/// A tensor as it stands in a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub data: TensorData,
}

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementType {
    F32,
    U32,
}

/// What a network or an optimiser expects to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorSpec {
    pub name: String,
    pub shape: Vec<usize>,
    pub element: ElementType,
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ElementType::F32 => "f32",
            ElementType::U32 => "u32",
        })
    }
}

impl TensorData {
    /// The type of the elements.
    pub fn element(&self) -> ElementType {
        match self {
            TensorData::F32(_) => ElementType::F32,
            TensorData::U32(_) => ElementType::U32,
        }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match self {
            TensorData::F32(values) => values.len(),
            TensorData::U32(values) => values.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl View for &NamedTensor {
    fn dtype(&self) -> Dtype {
        match self.data {
            TensorData::F32(_) => Dtype::F32,
            TensorData::U32(_) => Dtype::U32,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        // The format is little-endian on every machine.
        match &self.data {
            TensorData::F32(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            TensorData::U32(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }

    fn data_len(&self) -> usize {
        4 * self.data.len()
    }
}

/// The bytes of a safetensors file with these tensors and, under the key `gpugan`, a JSON text.
/// Equal tensors give equal bytes, in whatever order they come.
///
/// # Errors
/// [`Error::Checkpoint`] for two tensors of one name and for elements that do not fill the shape.
pub fn encode(tensors: &[NamedTensor], metadata: Option<&str>) -> Result<Vec<u8>> {
    let mut by_name = BTreeMap::new();
    for tensor in tensors {
        let NamedTensor { name, shape, data } = tensor;
        if shape.iter().try_fold(1, |n: usize, d| n.checked_mul(*d)) != Some(data.len()) {
            return Err(Error::Checkpoint(format!(
                "the tensor '{name}' has {} elements, which do not fill its shape {shape:?}",
                data.len()
            )));
        }
        if by_name.insert(name, tensor).is_some() {
            let message =
                format!("two tensors are named '{name}'; a checkpoint needs unlike names");
            return Err(Error::Checkpoint(message));
        }
    }
    let metadata = metadata.map(|text| HashMap::from([(METADATA_KEY.into(), text.into())]));
    safetensors::serialize(by_name, metadata)
        .map_err(|e| Error::Checkpoint(format!("the tensors cannot be encoded: {e}")))
}

/// The tensors, in the order of their names, and the JSON text of a safetensors file's bytes.
/// `origin` stands for the file in error messages.
///
/// # Errors
/// [`Error::Checkpoint`] for bytes that are no valid file, and for element types other than those
/// of [`ElementType`].
pub fn decode(bytes: &[u8], origin: &str) -> Result<(Vec<NamedTensor>, Option<String>)> {
    let invalid =
        |e: &dyn fmt::Display| Error::Checkpoint(format!("'{origin}' is no safetensors file: {e}"));
    let file = SafeTensors::deserialize(bytes).map_err(|e| invalid(&e))?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| invalid(&e))?;
    let metadata = header.metadata().as_ref();
    let metadata = metadata.and_then(|map| map.get(METADATA_KEY).cloned());
    let mut tensors = Vec::with_capacity(file.len());
    for (name, view) in file.tensors() {
        let words = view
            .data()
            .chunks_exact(4)
            .map(|b| [b[0], b[1], b[2], b[3]]);
        let data = match view.dtype() {
            Dtype::F32 => TensorData::F32(words.map(f32::from_le_bytes).collect()),
            Dtype::U32 => TensorData::U32(words.map(u32::from_le_bytes).collect()),
            other => {
                let message = format!("its tensor '{name}' is of type {other}, not F32 or U32");
                return Err(invalid(&message));
            }
        };
        let shape = view.shape().to_vec();
        tensors.push(NamedTensor { name, shape, data });
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((tensors, metadata))
}

/// Compares tensors with what is expected; `origin` names where they come from.
///
/// # Errors
/// [`Error::Checkpoint`] that lists every missing tensor, every one too many and every other shape
/// or type.
pub fn expect(origin: &str, found: &[NamedTensor], expected: &[TensorSpec]) -> Result<()> {
    let mut left: BTreeMap<&str, &NamedTensor> = found
        .iter()
        .map(|tensor| (tensor.name.as_str(), tensor))
        .collect();
    let mut differences = Vec::new();
    for TensorSpec {
        name,
        shape,
        element,
    } in expected
    {
        match left.remove(name.as_str()) {
            None => differences.push(format!("'{name}' is missing")),
            Some(tensor) if tensor.shape != *shape || tensor.data.element() != *element => {
                differences.push(format!(
                    "'{name}' is {}{:?} instead of {element}{shape:?}",
                    tensor.data.element(),
                    tensor.shape
                ));
            }
            Some(_) => {}
        }
    }
    differences.extend(left.keys().map(|name| format!("'{name}' is not expected")));
    if differences.is_empty() {
        return Ok(());
    }
    let list = differences.join(", ");
    let message = format!("'{origin}' does not fit these networks: {list}; use the run's options");
    Err(Error::Checkpoint(message))
}

/// Refuses tensors with an element that is NaN or infinite; `origin` names where they come from.
///
/// # Errors
/// [`Error::Checkpoint`] that names every such tensor and counts the elements.
pub fn refuse_nonfinite(origin: &str, tensors: &[NamedTensor]) -> Result<()> {
    let mut bad = Vec::new();
    for tensor in tensors {
        if let TensorData::F32(values) = &tensor.data {
            let count = values.iter().filter(|x| !x.is_finite()).count();
            if count > 0 {
                bad.push(format!("'{}' ({count} of {})", tensor.name, values.len()));
            }
        }
    }
    if bad.is_empty() {
        return Ok(());
    }
    let list = bad.join(", ");
    let message = format!("'{origin}' holds NaN or infinity in {list}; use an earlier checkpoint");
    Err(Error::Checkpoint(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, shape: &[usize], values: &[f32]) -> NamedTensor {
        NamedTensor {
            name: name.into(),
            shape: shape.into(),
            data: TensorData::F32(values.into()),
        }
    }

    fn spec(name: &str, shape: &[usize], element: ElementType) -> TensorSpec {
        TensorSpec {
            name: name.into(),
            shape: shape.into(),
            element,
        }
    }

    #[test]
    fn what_cannot_be_a_file_is_refused() {
        let twice = [tensor("a", &[1], &[1.0]), tensor("a", &[1], &[2.0])];
        let error = encode(&twice, None).unwrap_err().to_string();
        assert!(error.contains("two tensors are named 'a'"), "{error}");
        for shape in [&[3][..], &[usize::MAX, 2], &[0]] {
            let error = encode(&[tensor("a", shape, &[1.0, 2.0])], None).unwrap_err();
            assert!(error.to_string().contains("do not fill"), "{error}");
        }
    }

    #[test]
    fn other_element_types_are_refused() {
        let view = safetensors::tensor::TensorView::new(Dtype::F16, vec![2], &[0; 4]).unwrap();
        let bytes = safetensors::serialize([("half", view)], None).unwrap();
        let error = decode(&bytes, "file").unwrap_err().to_string();
        assert!(error.contains("'half' is of type F16"), "{error}");
    }

    #[test]
    fn all_differences_are_listed() {
        let found = [
            tensor("same", &[2], &[0.0; 2]),
            tensor("shape", &[2], &[0.0; 2]),
            tensor("type", &[1], &[0.0]),
            tensor("extra", &[1], &[0.0]),
        ];
        let expected = [
            spec("same", &[2], ElementType::F32),
            spec("shape", &[1, 2], ElementType::F32),
            spec("type", &[1], ElementType::U32),
            spec("gone", &[1], ElementType::F32),
        ];
        let error = expect("x", &found, &expected).unwrap_err().to_string();
        for part in [
            "'shape' is f32[2] instead of f32[1, 2]",
            "'type' is f32[1] instead of u32[1]",
            "'gone' is missing",
            "'extra' is not expected",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains("'same'"), "{error}");
        expect("x", &found[..1], &expected[..1]).unwrap();
    }

    #[test]
    fn values_that_are_not_finite_are_named() {
        let good = tensor("good", &[2], &[0.0, f32::MAX]);
        let bad = tensor("bad", &[3], &[f32::NAN, 1.0, f32::INFINITY]);
        refuse_nonfinite("x", std::slice::from_ref(&good)).unwrap();
        let error = refuse_nonfinite("x", &[good, bad]).unwrap_err().to_string();
        assert!(error.contains("'bad' (2 of 3)"), "{error}");
        assert!(!error.contains("good"), "{error}");
    }
}
