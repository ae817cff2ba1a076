//! What a backward pass does with the gradients it finds, on more rows than one slice of a weight
//! gradient sums.

use gpugan::cpu::Cpu;
use gpugan::nn::{Dense, Grads, Layer, Network};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor, kernel};

use super::common::games::noise;
use super::{assert_close, copies, cpu, differences, dot, fill, keep};

const ROWS: usize = 5000;
const INPUTS: usize = 3;
const OUTPUTS: usize = 2;

/// A network of two layers and a backward pass of each mode.
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
    fn new() -> Rig {
        let mut r = Recorder::new();
        let mut tensor = |name, columns, role| r.tensor(name, role, DType::F32, &[ROWS, columns]);
        let x = tensor("x", INPUTS, Role::State);
        let y = tensor("y", OUTPUTS, Role::Output);
        let da = tensor("da", OUTPUTS, Role::State);
        let dx = tensor("dx", INPUTS, Role::Output);
        let dense = |inputs, outputs, activation| {
            let layer = Dense::new(inputs, outputs, activation);
            Box::new(layer) as Box<dyn Layer>
        };
        let layers = vec![
            dense(INPUTS, 4, Activation::Tanh),
            dense(4, OUTPUTS, Activation::Identity),
        ];
        let network = Network::new(&mut r, "net", layers);
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
        let products = calls.filter(|call| *call.kernel == kernel::DENSE_BACKWARD_WEIGHT);
        let splits: Vec<u32> = products.map(|call| call.int("splits")).collect();
        assert_eq!(splits, [3; 4]);
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
        let x = noise(which, ROWS * INPUTS, 1.0);
        self.cpu.floats_mut(self.x).copy_from_slice(&x);
        let upstream = noise(100 + which, ROWS * OUTPUTS, 1.0);
        self.cpu.floats_mut(self.da).copy_from_slice(&upstream);
        let at = MODES.iter().position(|known| *known == mode);
        self.cpu.run_program(self.programs[at.expect("a mode")]);
        copies(&self.cpu, &self.gradients)
    }
}

#[test]
fn sums_over_many_rows_are_the_central_differences() {
    let mut rig = Rig::new();
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

#[test]
fn overwriting_forgets_and_accumulating_adds() {
    let mut rig = Rig::new();
    fill(&mut rig.cpu, &rig.gradients.clone(), 9.0);
    let second = rig.run(Grads::Overwrite, 2);
    let first = rig.run(Grads::Overwrite, 1);
    let sum = rig.run(Grads::Accumulate, 2);
    for ((first, second), sum) in first.iter().zip(&second).zip(&sum) {
        let far = first.iter().zip(second).any(|(a, b)| (a - b).abs() > 1.0);
        assert!(far, "the two passes are alike");
        for ((a, b), sum) in first.iter().zip(second).zip(sum) {
            assert!((a + b - sum).abs() <= 1e-12 * sum.abs().max(100.0));
        }
    }
}

#[test]
fn ignoring_writes_no_gradient_of_a_parameter() {
    let mut rig = Rig::new();
    rig.run(Grads::Overwrite, 3);
    let wanted = copies(&rig.cpu, &[rig.dx]);
    fill(&mut rig.cpu, &rig.gradients.clone(), 9.0);
    rig.cpu.floats_mut(rig.dx).fill(f64::NAN);
    let before = copies(&rig.cpu, &rig.gradients);
    assert_eq!(rig.run(Grads::Ignore, 3), before);
    assert_eq!(copies(&rig.cpu, &[rig.dx]), wanted);
}
