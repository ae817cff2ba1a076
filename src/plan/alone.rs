//! A call by itself: what its cost depends on, and a plan that holds nothing else.

use super::tensor::padded;
use super::{Argument, Call, Plan, Program, Role, Storage, Tensor, TensorInfo, Value};

/// Parameters that are codes and switches, not extents; their cost does not show.
const CODES: [&str; 2] = ["activation", "accumulate"];

impl Call {
    /// The parameters that are extents, in the order of the call.
    pub fn extents(&self) -> impl Iterator<Item = (&'static str, u32)> {
        self.params.iter().filter_map(|&(name, value)| match value {
            Value::U32(value) if !CODES.contains(&name) => Some((name, value)),
            _ => None,
        })
    }

    /// Kernel and extents as one text, such as `dense/forward rows=64 inputs=100 outputs=256`: calls
    /// of one class take the same time on a device.
    pub fn class(&self) -> String {
        let extents = self
            .extents()
            .map(|(name, value)| format!(" {name}={value}"));
        self.kernel.name.to_string() + &extents.collect::<String>()
    }
}

impl Plan {
    /// A plan of one program with this one call of this plan, on tensors of its own that have the
    /// same shapes, each in its own storage.
    pub fn alone(&self, call: &Call) -> Plan {
        let mut plan = Plan::default();
        let mut call = call.clone();
        for (at, argument) in call.arguments.iter_mut().enumerate() {
            let info = self.info(argument.tensor);
            let (name, dtype) = (argument.name.to_string(), info.dtype);
            plan.storages.push(Storage {
                name: name.clone(),
                dtype,
                len: padded(info.len(), dtype),
                role: Role::Scratch,
            });
            plan.tensors.push(TensorInfo {
                name,
                storage: at,
                offset: 0,
                shape: info.shape.clone(),
                dtype,
            });
            *argument = Argument {
                tensor: Tensor(at as u32),
                ..*argument
            };
        }
        plan.programs.push(Program {
            name: "alone".to_string(),
            calls: vec![call],
        });
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{DType, Recorder, kernel};

    fn layer(activation: u32, rows: usize) -> Plan {
        let mut r = Recorder::new();
        let [x, weight, bias] = [("x", rows * 3), ("weight", 6), ("bias", 2)]
            .map(|(name, len)| r.tensor(name, Role::State, DType::F32, &[len]));
        let y = r.tensor("y", Role::Output, DType::F32, &[rows, 2]);
        r.program("layer");
        r.call(&kernel::DENSE_FORWARD)
            .read("x", x)
            .read("weight", weight)
            .read("bias", bias)
            .write("y", y)
            .set("rows", rows)
            .set("inputs", 3usize)
            .set("outputs", 2usize)
            .set("activation", activation)
            .set("leak", 0.2)
            .extent(2, rows, 1)
            .record();
        r.finish()
    }

    #[test]
    fn a_class_is_the_kernel_and_its_extents() {
        let class = |activation, rows| layer(activation, rows).programs[0].calls[0].class();
        assert_eq!(class(0, 5), "dense/forward rows=5 inputs=3 outputs=2");
        assert_eq!(class(0, 5), class(1, 5));
        assert_ne!(class(0, 5), class(0, 6));
    }

    #[test]
    fn a_call_alone_has_its_shapes_and_nothing_else() {
        let plan = layer(0, 500);
        let call = &plan.programs[0].calls[0];
        let alone = plan.alone(call);
        assert_eq!((alone.programs.len(), alone.storages.len()), (1, 4));
        let copy = &alone.programs[0].calls[0];
        assert_eq!(copy.class(), call.class());
        for (ours, theirs) in copy.arguments.iter().zip(&call.arguments) {
            let (ours, theirs) = (alone.info(ours.tensor), plan.info(theirs.tensor));
            assert_eq!((&ours.shape, ours.offset), (&theirs.shape, 0));
            assert!(alone.storages[ours.storage].len >= ours.len());
        }
    }
}
