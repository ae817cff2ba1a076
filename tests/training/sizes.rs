//! Convolutions on images of many sizes: a turn is played, and its losses are numbers.

use gpugan::cpu::Cpu;
use gpugan::gan::{Gan, Trainer};

use super::common::games::{dcgan, game, images};

#[test]
fn a_turn_is_played_on_images_of_any_size() {
    let shapes = [
        [28, 28, 1],
        [32, 32, 3],
        [64, 64, 3],
        [48, 80, 3],
        [33, 31, 4],
        [5, 3, 2],
        [1, 1, 1],
    ];
    for shape in shapes {
        let mut settings = game(shape, 2);
        settings.architecture.kind = dcgan();
        settings.images = 3;
        let (gan, bytes) = (Gan::new(settings.clone()), images(&settings));
        let cpu = Cpu::<f32>::new(gan.plan.clone(), Some(2)).unwrap();
        let mut trainer = Trainer::new(gan, Box::new(cpu), bytes).unwrap();
        trainer.play(1).unwrap();
        let interval = trainer.interval(1).unwrap();
        assert!(interval.loss_critic.is_finite(), "{shape:?}: {interval:?}");
        assert_eq!(interval.nonfinite, 0, "{shape:?}");
        let sample = trainer.sample().unwrap();
        assert_eq!(
            sample.len(),
            settings.samples * shape.iter().product::<usize>()
        );
        assert!(sample.iter().all(|x| x.abs() <= 1.0), "{shape:?}");
    }
}
