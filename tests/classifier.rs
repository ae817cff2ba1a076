//! The classifier of digits: what it learns, and the one that is built in.

mod common;

use common::{adapter, on_cpu};
use gpugan::classifier::{
    CLASSES, Classifier, Course, FEATURES, Metadata, Reader, Saved, Settings, Student, Training,
    embedded,
};
use gpugan::data::{Images, Split, mnist};
use gpugan::eval::classes::Classes;
use gpugan::gan::checkpoint::Entry;
use gpugan::gpu::{Gpu, GpuOptions};
use gpugan::plan::{Executor, Plan};

fn settings(images: usize, epochs: u64, seed: u64) -> Settings {
    Settings {
        images,
        batch: 50,
        epochs,
        lr: 2e-3,
        seed,
    }
}

/// Learns the first training images: the last epoch, and what came of it.
fn learn(settings: Settings, open: &dyn Fn(Plan) -> Box<dyn Executor>) -> (Course, Vec<Entry>) {
    let Images { pixels, labels, .. } = mnist::load(Split::Train).unwrap();
    let training = Training::new(settings);
    let executor = open(training.plan.clone());
    let pixels = pixels[..settings.images * 784].to_vec();
    let labels = labels.unwrap()[..settings.images].to_vec();
    let mut student = Student::new(training, executor, pixels, labels).unwrap();
    let courses = (0..settings.epochs).map(|_| student.epoch().unwrap());
    let last = courses.last().unwrap();
    assert_eq!(student.steps(), settings.steps());
    (last, student.state().unwrap())
}

/// Of the first test images, how many are told right.
fn right(state: &[Entry], count: usize) -> usize {
    let test = mnist::load(Split::Test).unwrap();
    let pixels = test.pixels[..count * 784].iter();
    let images: Vec<f32> = pixels.map(|byte| f32::from(*byte) / 127.5 - 1.0).collect();
    // Not all batches are full.
    let reader = Reader::new(300);
    let executor = on_cpu(reader.plan.clone());
    let answers = Classifier::new(reader, executor, state)
        .unwrap()
        .read(&images)
        .unwrap();
    assert_eq!(answers.features.len(), count * FEATURES);
    assert_eq!(answers.logits.len(), count * CLASSES);
    assert!(answers.features.iter().all(|x| *x >= 0.0));
    answers.right(&test.labels.unwrap())
}

#[test]
fn a_few_hundred_steps_tell_most_digits_apart_and_equal_seeds_the_same() {
    let (course, state) = learn(settings(3_000, 3, 1), &on_cpu);
    assert!(course.loss < 0.5 && course.accuracy > 0.85, "{course:?}");
    let right = right(&state, 1_000);
    assert!(right > 900, "{right}");
    let (again, same) = learn(settings(3_000, 3, 1), &on_cpu);
    assert_eq!((again, &same), (course, &state));
}

#[test]
fn another_seed_is_another_classifier() {
    let [one, other] = [1, 2].map(|seed| learn(settings(100, 1, seed), &on_cpu).1);
    assert_eq!(one.len(), other.len());
    assert_ne!(one, other);
}

/// Labels that stand beside other images teach nothing: the order of both is the same.
#[test]
fn wrong_labels_are_not_learned() {
    let Images { pixels, labels, .. } = mnist::load(Split::Train).unwrap();
    let settings = settings(1_000, 3, 1);
    let mut labels = labels.unwrap()[..1_000].to_vec();
    labels.rotate_left(1);
    let training = Training::new(settings);
    let executor = on_cpu(training.plan.clone());
    let mut student = Student::new(training, executor, pixels[..784_000].to_vec(), labels).unwrap();
    let course = (0..3).map(|_| student.epoch().unwrap()).last().unwrap();
    assert!(course.accuracy < 0.4, "{course:?}");
    let right = right(&student.state().unwrap(), 1_000);
    assert!(right < 300, "{right}");
}

#[test]
fn both_executors_learn_the_same() {
    let Some(adapter) = adapter() else {
        return;
    };
    let on_gpu = |plan: Plan| -> Box<dyn Executor> {
        Box::new(Gpu::new(plan, &adapter, GpuOptions::default()).unwrap())
    };
    let settings = settings(200, 1, 3);
    let (mirror, _) = learn(settings, &on_cpu);
    let (shaders, _) = learn(settings, &on_gpu);
    assert!(
        (mirror.loss - shaders.loss).abs() < 1e-3,
        "{mirror:?} {shaders:?}"
    );
    assert!((mirror.accuracy - shaders.accuracy).abs() < 0.02);
}

#[test]
fn the_one_that_is_built_in_is_as_good_as_it_says() {
    let Saved {
        metadata, state, ..
    } = embedded().unwrap();
    assert_eq!(metadata.of, 10_000);
    let right = right(&state, metadata.of);
    // Executors differ in the last digits, and a digit may hang on them.
    assert!(right.abs_diff(metadata.right) <= 3, "{right} {metadata:?}");
    assert!(right >= 9_900, "{right}");
}

/// Stacks are told apart by the digits of their channels; one stack over and over is one mode.
#[test]
fn stacks_are_read_channel_by_channel() {
    let Saved { state, .. } = embedded().unwrap();
    // Not all batches are full.
    let reader = Reader::new(70);
    let executor = on_cpu(reader.plan.clone());
    let mut classifier = Classifier::new(reader, executor, &state).unwrap();
    let test = mnist::load(Split::Test).unwrap();
    let labels = test.labels.as_ref().unwrap();
    let stack = |at: usize| [at, (at * 7 + 1) % 300, (at * 13 + 2) % 300];
    let pixel = |image: usize, at: usize| f32::from(test.pixels[784 * image + at]) / 127.5 - 1.0;
    let of = |numbers: &[usize]| -> Vec<f32> {
        let values = numbers.iter().flat_map(|&number| {
            (0..784).flat_map(move |at| stack(number).map(|image| (image, at)))
        });
        values.map(|(image, at)| pixel(image, at)).collect()
    };
    let all: Vec<usize> = (0..300).collect();
    let found = classifier.stacks(&of(&all), 3).unwrap();
    let label = |at: usize| {
        stack(at)
            .iter()
            .fold(0, |n, &image| 10 * n + usize::from(labels[image]))
    };
    let right = all.iter().filter(|&&at| found[at] == label(at)).count();
    assert!(right >= 285, "{right}");
    let modes = Classes::of(&found, 1_000);
    assert!(modes.found > 200, "{modes:?}");
    let same = classifier.stacks(&of(&[5; 100]), 3).unwrap();
    let modes = Classes::of(&same, 1_000);
    assert_eq!(modes.found, 1);
    assert!(
        (modes.kl_to_uniform - 1000f64.ln()).abs() < 1e-12,
        "{modes:?}"
    );
}

#[test]
fn a_file_gives_back_what_was_written() {
    let Saved {
        metadata,
        state,
        checksum,
    } = embedded().unwrap();
    let bytes = Saved::to_bytes(&metadata, &state).unwrap();
    let back = Saved::from_bytes(&bytes, "bytes").unwrap();
    assert_eq!((&back.metadata, &back.checksum), (&metadata, &checksum));
    assert!(back.state.iter().all(|entry| state.contains(entry)));
}

#[test]
fn other_files_are_refused() {
    let Saved {
        metadata, state, ..
    } = embedded().unwrap();
    let refusal = |metadata: &Metadata, state: &[Entry]| {
        let bytes = Saved::to_bytes(metadata, state).unwrap();
        Saved::from_bytes(&bytes, "file").unwrap_err().to_string()
    };
    let mut other = metadata.clone();
    other.modules.as_array_mut().unwrap().pop();
    assert!(refusal(&other, &state).contains("other layers"));
    let mut other = metadata.clone();
    other.format = "gpugan model".into();
    assert!(refusal(&other, &state).contains("no classifier"));
    assert!(refusal(&metadata, &state[1..]).contains("missing"));
    let error = Saved::from_bytes(b"nothing", "file")
        .unwrap_err()
        .to_string();
    assert!(error.contains("no safetensors file"), "{error}");
}
