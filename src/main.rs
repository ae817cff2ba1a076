use gpugan::cpu::Cpu;
use gpugan::gan::arch::*;
use gpugan::gan::*;
use gpugan::plan::Executor;
fn main() {
    let batch = 128;
    let gan = Gan::new(Settings {
        architecture: Architecture {
            kind: Kind::Mlp { generator_hidden: vec![256, 512], critic_hidden: vec![512, 256], leak: 0.2 },
            shape: [28, 28, 1], latent_dim: 100,
        },
        objective: gpugan::plan::codes::Objective::NonSaturating,
        latent: gpugan::random::Latent::Normal,
        init: gpugan::nn::Init::Torch,
        rule: gpugan::optim::Rule::Adam { beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
        lr_generator: 2e-4, lr_critic: 2e-4, batch, critic_steps: 1, generator_steps: 1, seed: 0,
        images: 60000, ring: 100, samples: 64,
    });
    let ids: Vec<_> = gan.turn();
    println!("{}", gpugan::plan::table(&gan.plan, &ids, &|_, _| "-".into()));
    let mut cpu = Cpu::<f32>::new(gan.plan.clone(), Some(2)).unwrap();
    let mut prof = Cpu::<f32>::new(gan.plan.clone(), Some(2)).unwrap();
    for id in &ids {
        let t = prof.profile(*id, 50).unwrap();
        for (c, s) in gan.plan.program(*id).calls.iter().zip(t) {
            println!("{:28} {:8.1} us {:8.1} GF/s", c.kernel.name, s * 1e6, c.flops as f64 / s / 1e9);
        }
    }
    let _ = cpu.run(&ids, 20);
    let mut v = vec![];
    for _ in 0..200 {
        let t = std::time::Instant::now();
        for id in &ids { cpu.run_program(*id); }
        v.push(t.elapsed().as_secs_f64() * 1e3);
    }
    v.sort_by(f64::total_cmp);
    println!("median {:.2} min {:.2} ms", v[100], v[0]);
}
