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
    if false { println!("{}", gpugan::plan::table(&gan.plan, &ids, &|_, _| "-".into())); }
    let which = std::env::args().nth(1).unwrap_or("cpu".into());
    let t0 = std::time::Instant::now();
    let make = || -> Box<dyn Executor> { if which == "cpu" {
        Box::new(Cpu::<f32>::new(gan.plan.clone(), Some(2)).unwrap())
    } else {
        let adapter = gpugan::gpu::select(&gpugan::gpu::Request::Any).unwrap().unwrap();
        let o = gpugan::gpu::GpuOptions { force_variant: std::env::args().nth(2), ..Default::default() };
        Box::new(gpugan::gpu::Gpu::new(gan.plan.clone(), &adapter, o).unwrap())
    }};
    let mut e = make();
    println!("open {:?}", t0.elapsed());
    e.run(&ids, 1).unwrap(); e.wait().unwrap();
    println!("first step {:?}", t0.elapsed());
    for _ in 0..5 { e.run(&ids, 1).unwrap(); } e.wait().unwrap();
    let mut v = vec![];
    for _ in 0..100 {
        let t = std::time::Instant::now();
        e.run(&ids, 1).unwrap(); e.wait().unwrap();
        v.push(t.elapsed().as_secs_f64() * 1e3);
    }
    v.sort_by(f64::total_cmp);
    println!("median {:.2} min {:.2} ms", v[50], v[0]);
    let prof = gpugan::bench::profile(e.as_mut(), &gan, 9).unwrap();
    for r in &prof.rows { println!("{:24} {:7} {:3} {:8.2} ms {:7.1} GF/s {:6.1} GB/s", r.kernel, r.variant, r.calls, r.ms, r.gflops, r.gb_per_s); }
    println!("products {:.1} GF/s largest {:.1}", prof.products_gflops, prof.largest_product_gflops);
    drop(e);
    let (plan, ids) = gpugan::bench::ceiling_plan();
    let mut e: Box<dyn Executor> = if which == "cpu" { Box::new(Cpu::<f32>::new(plan, Some(2)).unwrap()) } else {
        let adapter = gpugan::gpu::select(&gpugan::gpu::Request::Any).unwrap().unwrap();
        Box::new(gpugan::gpu::Gpu::new(plan, &adapter, Default::default()).unwrap()) };
    println!("{:?}", gpugan::bench::ceiling(e.as_mut(), ids, 0.0).unwrap());
}
