//! What a backward pass does with the gradients it finds, on as much as one slice of a weight
//! gradient sums, and on more.

use gpugan::cpu::Cpu;
use gpugan::nn::{Affine, Conv, Dense, Grads, Layer, Network, Positive};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor, kernel};

use super::common::games::noise;
use super::{assert_close, copies, cpu, differences, dot, fill, keep};

/// Layers on top of each other, and into how many slices their weight gradients are cut; 0 where they are no products.
struct Chain {
    rows: usize,
    layers: Vec<Box<dyn Layer>>,
    splits: u32,
}

fn chains() -> Vec<Chain> {
    let dense = |rows, splits| Chain {
        rows,
        layers: vec![
            Box::new(Dense::new(3, 4, Activation::Tanh)),
            Box::new(Dense::new(4, 2, Activation::Identity)),
        ],
        splits,
    };
    let [big, small] = [[12, 10, 1], [6, 5, 2]];
    let down = Conv::down(big, small[2], 3, 2, 1).then(Activation::Tanh);
    let up = Conv::up(small, big, 4, 2, 1);
    let both = |rows, splits| Chain {
        rows,
        layers: vec![Box::new(down.clone()), Box::new(up.clone())],
        splits,
    };
    // More windows than the most slices there are take at 2048 each.
    let many = Conv::down([38, 37, 1], 1, 2, 1, 0).without_bias();
    let most = Chain {
        rows: 100,
        layers: vec![Box::new(many)],
        splits: 64,
    };
    // Slices of 1670 windows, which begin in the middle of a sample of 30.
    let positive = |rows, splits| Chain {
        rows,
        layers: vec![
            Box::new(Positive::new(Dense::new(3, 4, Activation::Tanh))),
            Box::new(Positive::new(Dense::new(4, 2, Activation::Identity))),
        ],
        splits,
    };
    // Without a product.
    let affine = |rows| Chain {
        rows,
        layers: vec![
            Box::new(Affine {
                columns: 3,
                activation: Activation::Tanh,
            }),
            Box::new(Affine {
                columns: 3,
                activation: Activation::Identity,
            }),
        ],
        splits: 0,
    };
    vec![
        dense(7, 1),
        dense(5000, 3),
        both(3, 1),
        both(167, 3),
        most,
        positive(200, 1),
        positive(5000, 3),
        affine(7),
        affine(5000),
    ]
}

/// A network and a backward pass of each mode.
struct Rig {
    cpu: Cpu<f64>,
    programs: [ProgramId; 3],
    x: Tensor,
    y: Tensor,
    da: Tensor,
    dx: Tensor,
    parameters: Vec<Tensor>,
    gradients: Vec<Tensor>,
}

const MODES: [Grads; 3] = [Grads::Overwrite, Grads::Accumulate, Grads::Ignore];

impl Rig {
    fn new(chain: Chain) -> Rig {
        let mut r = Recorder::new();
        let [first, last] = [0, chain.layers.len() - 1].map(|at| &chain.layers[at]);
        let mut tensor = |name, columns, role| {
            let shape = [chain.rows, columns];
            r.tensor(name, role, DType::F32, &shape)
        };
        let x = tensor("x", first.inputs(), Role::State);
        let y = tensor("y", last.outputs(), Role::Output);
        let da = tensor("da", last.outputs(), Role::State);
        let dx = tensor("dx", first.inputs(), Role::Output);
        let products = match chain.splits {
            0 => 0,
            _ => chain.layers.len() * 2,
        };
        let network = Network::new(&mut r, "net", chain.layers);
        let gradients = network.companion(&mut r, "grad", Role::State);
        let programs = MODES.map(|mode| {
            let program = r.program(&format!("{mode:?}"));
            let trace = network.forward(&mut r, x, gpugan::nn::Pass::EVAL.into(y));
            let into = Some((&gradients, mode));
            let made = network.backward(&mut r, &trace, da, into, Some(Activation::Identity));
            keep(&mut r, made.expect("it was asked for"), dx);
            program
        });
        let plan = r.finish();
        let calls = programs.iter().flat_map(|id| &plan.program(*id).calls);
        let kernels = [&kernel::DENSE_BACKWARD_WEIGHT, &kernel::CONV_WEIGHT];
        let calls = calls.filter(|call| kernels.contains(&call.kernel));
        let splits: Vec<u32> = calls.map(|call| call.int("splits")).collect();
        assert_eq!(splits, vec![chain.splits; products]);
        let mut cpu = cpu(&plan);
        fill(&mut cpu, &network.parameter_tensors, 1.0);
        Rig {
            cpu,
            programs,
            x,
            y,
            da,
            dx,
            parameters: network.parameter_tensors,
            gradients: gradients.parts,
        }
    }

    /// Runs one mode on input and upstream number `which`, and returns the parameters' gradients.
    fn run(&mut self, mode: Grads, which: u32) -> Vec<Vec<f64>> {
        for (tensor, seed) in [(self.x, which), (self.da, 100 + which)] {
            let values = self.cpu.floats_mut(tensor);
            values.copy_from_slice(&noise(seed, values.len(), 1.0));
        }
        let at = MODES.iter().position(|known| *known == mode);
        self.cpu.run_program(self.programs[at.expect("a mode")]);
        copies(&self.cpu, &self.gradients)
    }
}

#[test]
fn sums_over_many_rows_are_the_central_differences() {
    for mut rig in chains().into_iter().map(Rig::new) {
        let got = rig.run(Grads::Overwrite, 1);
        let (program, y, da) = (rig.programs[0], rig.y, rig.da);
        for (parameter, got) in rig.parameters.iter().zip(got) {
            let cpu = &mut rig.cpu;
            let values = cpu.floats(*parameter).to_vec();
            let want = differences(&values, |values| {
                cpu.floats_mut(*parameter).copy_from_slice(values);
                cpu.run_program(program);
                dot(cpu.floats(y), cpu.floats(da))
            });
            assert_close(&got, &want, &cpu.plan().info(*parameter).name);
        }
    }
}

#[test]
fn overwriting_forgets_and_accumulating_adds() {
    for mut rig in chains().into_iter().map(Rig::new) {
        fill(&mut rig.cpu, &rig.gradients.clone(), 9.0);
        let second = rig.run(Grads::Overwrite, 2);
        let first = rig.run(Grads::Overwrite, 1);
        let sum = rig.run(Grads::Accumulate, 2);
        for ((first, second), sum) in first.iter().zip(&second).zip(&sum) {
            let far = first.iter().zip(second).any(|(a, b)| (a - b).abs() > 0.1);
            assert!(far, "the two passes are alike");
            for ((a, b), sum) in first.iter().zip(second).zip(sum) {
                assert!((a + b - sum).abs() <= 1e-12 * sum.abs().max(100.0));
            }
        }
    }
}

#[test]
fn ignoring_writes_no_gradient_of_a_parameter() {
    for mut rig in chains().into_iter().map(Rig::new) {
        rig.run(Grads::Overwrite, 3);
        let wanted = copies(&rig.cpu, &[rig.dx]);
        fill(&mut rig.cpu, &rig.gradients.clone(), 9.0);
        rig.cpu.floats_mut(rig.dx).fill(f64::NAN);
        let before = copies(&rig.cpu, &rig.gradients);
        assert_eq!(rig.run(Grads::Ignore, 3), before);
        assert_eq!(copies(&rig.cpu, &[rig.dx]), wanted);
    }
}
