//! Properties that hold for every name.

use std::num::NonZeroU32;

use flavor_names::{
    Cpu, CpuFrequency, CpuKind, CpuRam, CpuVendor, Disk, DiskKind, FlavorName, Gpu, GpuAccess, GpuFrequency,
    GpuMemory, GpuModel, GpuUnits, GpuVendor, Hypervisor, Ram, Reading, Syntax,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn print_then_parse_is_the_identity(name in names()) {
        let printed = name.to_string();
        prop_assert_eq!(FlavorName::parse(&printed).unwrap(), name.clone());
        prop_assert!(Reading::of(&printed).unwrap().flavor == name);
    }

    #[test]
    fn version_1_says_the_same(mut name in names()) {
        // Version 1 does not know it.
        name.hypervisor = name.hypervisor.filter(|hypervisor| *hypervisor != Hypervisor::CloudHypervisor);
        let reading = Reading::of(&name.v1_name()).unwrap();
        prop_assert_eq!(reading.syntax, Syntax::V1);
        prop_assert_eq!(reading.flavor, name);
    }

    #[test]
    fn disks_without_a_size_are_of_version_2(mut name in names(), count in 2..=u32::MAX, kind in disk_kinds()) {
        name.disk = Some(Disk { count: NonZeroU32::new(count).unwrap(), size: None, kind });
        prop_assert!(FlavorName::parse(&name.to_string()).is_err());
        let reading = Reading::of(&name.to_string()).unwrap();
        prop_assert_eq!(reading.syntax, Syntax::V2);
        prop_assert_eq!(reading.flavor, name);
    }

    #[test]
    fn a_short_name_is_right_and_cannot_be_shortened(name in names()) {
        let short = name.short();
        prop_assert_eq!(&FlavorName::parse(&short.to_string()).unwrap(), &short);
        prop_assert_eq!(short.short(), short.clone());
        prop_assert!(short.to_string().len() <= name.to_string().len());
    }

    #[test]
    fn a_mutated_name_is_read_or_refused_in_its_place(name in names(), v1 in any::<bool>(), edits in edits()) {
        let printed = if v1 { name.v1_name() } else { name.to_string() };
        check(&mutated(&printed, edits))?;
    }

    #[test]
    fn any_text_is_read_or_refused_in_its_place(text in "(SCS-)?\\PC{0,40}", bytes in any::<Vec<u8>>()) {
        check(&text)?;
        check(&String::from_utf8_lossy(&bytes))?;
        check(&format!("SCS-2V-8{}", String::from_utf8_lossy(&bytes)))?;
    }
}

/// What holds for every text: no panic, an error that lies within it, and one meaning whatever the spelling.
fn check(text: &str) -> Result<(), TestCaseError> {
    match Reading::of(text) {
        Ok(reading) => {
            let canonical = reading.flavor.to_string();
            let again = Reading::of(&canonical).unwrap();
            prop_assert_eq!(&again.flavor, &reading.flavor);
            prop_assert_eq!(again.flavor.to_string(), canonical);
            prop_assert!(again.syntax >= reading.syntax);
            prop_assert!(!reading.flavor.explain().is_empty());
        }
        Err(error) => {
            let end = error.position() + error.piece().len();
            prop_assert_eq!(text.get(error.position()..end), Some(error.piece()));
            prop_assert_eq!(error.name(), text);
            prop_assert_eq!(error.is_foreign(), !text.starts_with("SCS-"));
            let (name, carets) =
                error.marked().split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            prop_assert!(carets.len() <= name.len() + 1, "{name}\n{carets}");
            prop_assert!(name.chars().all(|c| c == ' ' || c.is_ascii_graphic()));
            prop_assert!(error.to_string().chars().all(|c| c == ' ' || c.is_ascii_graphic()));
            prop_assert!(!error.problem().is_empty() && !error.expected().is_empty());
        }
    }
    Ok(())
}

fn names() -> impl Strategy<Value = FlavorName> {
    let extensions =
        (option::of(select(&Hypervisor::ALL[..])), any::<bool>(), option::of(cpus()), option::of(gpus()));
    (cpu_rams(), option::of(disks()), extensions, any::<bool>()).prop_map(
        |(cpu_ram, disk, extensions, infiniband)| {
            let (hypervisor, hwv, cpu, gpu) = extensions;
            FlavorName { cpu_ram, disk, hypervisor, hwv, cpu, gpu, infiniband }
        },
    )
}

fn cpu_rams() -> impl Strategy<Value = CpuRam> {
    let rams = (prop_oneof![0..300u32, any::<u32>()], any::<bool>());
    let rams = rams.prop_filter_map("no RAM at all", |(gib, half)| Ram::new(gib, half));
    (numbers(), select(&CpuKind::ALL[..]), rams, any::<[bool; 3]>()).prop_map(|(cpus, kind, ram, flags)| {
        let [insecure, no_ecc, oversubscribed] = flags;
        CpuRam { cpus, kind, insecure, ram, no_ecc, oversubscribed }
    })
}

fn disks() -> impl Strategy<Value = Disk> {
    let sized = (numbers(), numbers().prop_map(Some));
    let counts_and_sizes = prop_oneof![sized, Just((NonZeroU32::MIN, None))];
    (counts_and_sizes, disk_kinds()).prop_map(|((count, size), kind)| Disk { count, size, kind })
}

fn disk_kinds() -> impl Strategy<Value = Option<DiskKind>> {
    option::of(select(&DiskKind::ALL[..]))
}

fn cpus() -> impl Strategy<Value = Cpu> {
    (select(&CpuVendor::ALL[..]), any::<Index>(), select(&CpuFrequency::ALL[..])).prop_map(
        |(vendor, index, frequency)| {
            let generation = index.index(usize::from(vendor.newest_generation()) + 1);
            Cpu::new(vendor, u8::try_from(generation).unwrap(), frequency).unwrap()
        },
    )
}

fn gpus() -> impl Strategy<Value = Gpu> {
    let models =
        (select(&GpuVendor::ALL[..]), option::of(any::<Index>())).prop_map(|(vendor, index)| match index {
            Some(index) => GpuModel::of_generation(vendor, index.get(vendor.generations()).0).unwrap(),
            None => GpuModel::of(vendor),
        });
    let memory =
        (numbers(), any::<bool>()).prop_map(|(gib, high_bandwidth)| GpuMemory { gib, high_bandwidth });
    let units = (numbers(), option::of(memory)).prop_map(|(count, memory)| GpuUnits { count, memory });
    let accesses = select(vec![GpuAccess::PassThrough, GpuAccess::Virtual]);
    (accesses, models, select(&GpuFrequency::ALL[..]), option::of(units))
        .prop_map(|(access, model, frequency, units)| Gpu { access, model, frequency, units })
}

fn numbers() -> impl Strategy<Value = NonZeroU32> {
    prop_oneof![1..300u32, 1..=u32::MAX].prop_map(|number| NonZeroU32::new(number).unwrap())
}

/// At a place of the text: 0 deletes a character, 1 doubles one, 2 inserts another, 3 replaces it.
type Edit = (Index, u8, char);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let letters: Vec<char> =
        "SCLVTCiuoxnhspzargGNAIfkmpvtalbu0123456789.,-_:HhZRKB \n\u{1b}\u{7f}\u{2011}\u{e9}"
            .chars()
            .collect();
    proptest::collection::vec((any::<Index>(), 0..4u8, select(letters)), 1..5)
}

fn mutated(text: &str, edits: Vec<Edit>) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (index, kind, letter) in edits {
        if chars.is_empty() {
            break;
        }
        let at = index.index(chars.len());
        match kind {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at]),
            2 => chars.insert(at, letter),
            _ => chars[at] = letter,
        }
    }
    chars.into_iter().collect()
}
