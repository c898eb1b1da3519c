//! The words that properties may have as values: those of SCS-0102, and those of OpenStack to which it refers
//! (["Useful image properties"](https://docs.openstack.org/glance/2025.1/admin/useful-image-properties.html)).

/// OpenStack: `architecture`; and, since that page recommends the vocabulary of libosinfo, those that only libosinfo has
/// (`loongarch64`, `ppc64le`, `riscv64`).
pub(crate) const ARCHITECTURES: &[&str] = &[
    "aarch64",
    "alpha",
    "armv7l",
    "cris",
    "i686",
    "ia64",
    "lm32",
    "loongarch64",
    "m68k",
    "microblaze",
    "microblazeel",
    "mips",
    "mips64",
    "mips64el",
    "mipsel",
    "openrisc",
    "parisc",
    "parisc64",
    "ppc",
    "ppc64",
    "ppc64le",
    "ppcemb",
    "riscv64",
    "s390",
    "s390x",
    "sh4",
    "sh4eb",
    "sparc",
    "sparc64",
    "unicore32",
    "x86_64",
    "xtensa",
    "xtensaeb",
];

/// Other names of these.
pub(crate) const ARCHITECTURES_ELSEWHERE: &[(&str, &str)] = &[
    ("amd64", "x86_64"),
    ("x64", "x86_64"),
    ("x86-64", "x86_64"),
    ("arm64", "aarch64"),
    ("ppc64el", "ppc64le"),
    ("risc-v", "riscv64"),
];

/// OpenStack: `hypervisor_type`.
pub(crate) const HYPERVISORS: &[&str] = &["hyperv", "ironic", "lxc", "qemu", "uml", "vmware", "xen"];

/// Other names of these; `qemu` stands for KVM, too.
pub(crate) const HYPERVISORS_ELSEWHERE: &[(&str, &str)] =
    &[("kvm", "qemu"), ("hyper-v", "hyperv"), ("esxi", "vmware"), ("esx", "vmware")];

/// OpenStack: `hw_disk_bus`, with those that only nova knows (`fdc`, `sata`).
pub(crate) const DISK_BUSES: &[&str] = &["scsi", "virtio", "fdc", "ide", "lxc", "sata", "uml", "usb", "xen"];

/// OpenStack: `hw_rng_model`.
pub(crate) const RNG_MODELS: &[&str] = &["virtio"];

/// OpenStack: `os_distro`.
pub(crate) const DISTROS: &[&str] = &[
    "arch",
    "centos",
    "debian",
    "fedora",
    "freebsd",
    "gentoo",
    "mandrake",
    "mandriva",
    "mes",
    "msdos",
    "netbsd",
    "netware",
    "openbsd",
    "opensolaris",
    "opensuse",
    "rhel",
    "rocky",
    "sled",
    "ubuntu",
    "windows",
];

/// libosinfo: names of distributions, without those for which OpenStack has another name. The list of OpenStack "uses
/// the same data vocabulary" and has not kept up with it. From osinfo-db of 2026-05-17 (commit 62326e12).
pub(crate) const DISTROS_OF_LIBOSINFO: &[&str] = &[
    "almalinux",
    "alpinelinux",
    "alt",
    "altlinux",
    "android-x86",
    "anolis",
    "asianux",
    "caasp",
    "circle",
    "cirros",
    "clearlinux",
    "dragonflybsd",
    "elementaryos",
    "eos",
    "eurolinux",
    "freedos",
    "freenix",
    "gnome",
    "guix-system",
    "haiku",
    "hyperbola",
    "mageia",
    "manjaro",
    "mbs",
    "miraclelinux",
    "nixos",
    "oel",
    "ol",
    "omnios",
    "openindiana",
    "osx",
    "popos",
    "pureos",
    "rhl",
    "scientificlinux",
    "slackware",
    "sle",
    "slem",
    "sles",
    "smartos",
    "solaris",
    "solus",
    "trisquel",
    "ucs",
    "voidlinux",
];

/// OpenStack: what not to write in `os_distro`, in lower case, and what instead.
pub(crate) const DISTROS_NOT: &[(&str, &str)] = &[
    ("archlinux", "arch"),
    ("org.archlinux", "arch"),
    ("org.centos", "centos"),
    ("org.debian", "debian"),
    ("org.fedora", "fedora"),
    ("org.fedoraproject", "fedora"),
    ("org.freebsd", "freebsd"),
    ("org.gentoo", "gentoo"),
    ("mandrakelinux", "mandrake"),
    ("mandrivalinux", "mandriva"),
    ("mandrivaent", "mes"),
    ("mandrivaes", "mes"),
    ("ms-dos", "msdos"),
    ("org.netbsd", "netbsd"),
    ("novell", "netware"),
    ("org.openbsd", "openbsd"),
    ("org.opensolaris", "opensolaris"),
    ("suse", "opensuse"),
    ("org.opensuse", "opensuse"),
    ("redhat", "rhel"),
    ("com.redhat", "rhel"),
    ("rockylinux", "rocky"),
    ("com.suse", "sled"),
    ("com.ubuntu", "ubuntu"),
    ("org.ubuntu", "ubuntu"),
    ("canonical", "ubuntu"),
    ("com.microsoft.server", "windows"),
    ("windoze", "windows"),
    ("win", "windows"),
    ("winnt", "windows"),
];

/// Distributions that call their versions by numbers.
pub(crate) const DISTROS_WITH_NUMBERS: &[&str] =
    &["almalinux", "centos", "debian", "fedora", "freebsd", "openbsd", "opensuse", "rhel", "rocky", "ubuntu"];

/// SCS-0102, "Technical requirements and features": `os_purpose`. `oldgeneric` is of version 2.
pub(crate) const PURPOSES: &[&str] =
    &["generic", "minimal", "k8snode", "gpu", "network", "custom", "oldgeneric"];

/// SCS-0102, "Image updating": `replace_frequency`.
pub(crate) const FREQUENCIES: &[&str] =
    &["yearly", "quarterly", "monthly", "weekly", "daily", "critical_bug", "never"];

/// SCS-0102, "Image build info": `os_hash_algo`, and how many hexadecimal digits such a hash has.
pub(crate) const HASHES: &[(&str, usize)] = &[("sha512", 128), ("sha256", 64)];
