/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made by strings.py from the templates beside it, for gettext; not compiled. */

/* Translators: template arch-cloud, title */
N_("Arch Linux (Cloud Image)")
/* Translators: template arch-cloud, summary */
N_("Arch’s ready-made image: in use within a minute")
/* Translators: template arch-cloud, description */
N_("No installation: the image starts at once and makes your user, with your key, on its first start.")
/* Translators: template arch-cloud, title */
N_("Arch Linux cloud image")
/* Translators: template arch-cloud, note */
N_("Its publisher does not sign the checksums: they are as good as the encrypted connection that they come over.")
/* Translators: template arch-cloud, why of -machine */
N_("A PC with PCI Express, as PCs have been since about 2010.")
/* Translators: template arch-cloud, why of -cpu */
N_("The guest runs on this computer’s own processor and may use all that it can do.")
/* Translators: template arch-cloud, why of -cpu */
N_("The guest’s processor is emulated, with every feature that the emulator knows.")
/* Translators: template arch-cloud, why of -smp */
N_("So many processor cores for the guest.")
/* Translators: template arch-cloud, why of -m */
N_("So much memory for the guest.")
/* Translators: template arch-cloud, why of -blockdev */
N_("The disk’s contents, in a file that grows as the guest writes and shrinks when it deletes.")
/* Translators: template arch-cloud, why of -device */
N_("The guest’s disk drive, of the kind made for virtual machines; firmware starts from it first.")
/* Translators: template arch-cloud, why of -blockdev */
N_("A small disk named “cidata” with the answers: user, SSH key, host name.")
/* Translators: template arch-cloud, why of -device */
N_("The drive that the answers are read from.")
/* Translators: template arch-cloud, why of hostfwd=tcp:127.0.0.1:{ssh-port}-:22 */
N_("This port of your computer leads to the guest’s SSH server; only this computer can use it.")
/* Translators: template arch-cloud, why of -netdev */
N_("The guest reaches the Internet through this computer, without any setup and without root rights.")
/* Translators: template arch-cloud, why of -device */
N_("The guest’s network card, of the kind made for virtual machines.")
/* Translators: template arch-cloud, why of -vga */
N_("A screen of the kind made for virtual machines.")
/* Translators: template arch-cloud, why of -device */
N_("A USB controller, for keyboard and pointer.")
/* Translators: template arch-cloud, why of -device */
N_("A pointer that goes where yours goes, so that the guest need not catch the mouse.")
/* Translators: template arch-cloud, why of -serial */
N_("The guest’s serial port, as a terminal: the installer and the login prompt can be seen there too.")
/* Translators: template arch-cloud, why of -nographic */
N_("No screen: the guest’s serial port is a terminal.")
/* Translators: template arch-cloud, why of -device */
N_("Carries messages between this computer and programs in the guest.")
/* Translators: template arch-cloud, why of -chardev */
N_("This computer’s end of the guest agent’s channel.")
/* Translators: template arch-cloud, why of -device */
N_("The guest’s end: the guest agent tells addresses, and shuts down and freezes file systems when asked.")
/* Translators: template arch-cloud, why of -device */
N_("Random numbers from this computer, so that the guest need not wait for its own when it makes keys.")
/* Translators: template arch-cloud, why of -device */
N_("A free slot: only into one can a card or a disk be plugged while the guest runs.")
/* Translators: template arch-cloud, why of -device */
N_("A second free slot, since each takes one device.")
/* Translators: template arch-iso, title */
N_("Arch Linux")
/* Translators: template arch-iso, summary */
N_("Arch’s live disc, to install by hand or by archinstall")
/* Translators: template arch-iso, title */
N_("Arch Linux live disc")
/* Translators: template arch-iso, why of -kernel */
N_("The kernel from the installer’s disc, started without a boot loader so that it can be told more.")
/* Translators: template arch-iso, why of -initrd */
N_("The RAM disk that belongs to this kernel; it finds the rest on the disc.")
/* Translators: template arch-iso, why of -append */
N_("Where the rest of the live system is, and that it speaks on the serial port.")
/* Translators: template arch-iso, why of -no-reboot */
N_("Where the installer would restart the machine, it ends: so the installer does not begin again.")
/* Translators: template arch-iso, why of -blockdev */
N_("The installer’s disc.")
/* Translators: template arch-iso, why of -device */
N_("A drive for the installer’s disc, started from as long as the disk is empty.")
/* Translators: template boot-sector, title */
N_("Boot Sector")
/* Translators: template boot-sector, summary */
N_("512 bytes that say hello: the smallest program that a PC starts")
/* Translators: template boot-sector, description */
N_("The BIOS loads the first 512 bytes of the disk to address 0x7c00, finds 0x55 0xaa at their end, and jumps there. These ask the BIOS to print a text, letter by letter. Their source is data/templates/boot-sector.S.")
/* Translators: template boot-sector, title */
N_("The 512 bytes")
/* Translators: template boot-sector, why of -machine */
N_("A PC with a BIOS, as this program expects it.")
/* Translators: template boot-sector, why of -drive */
N_("The hard disk: one sector, and nothing behind it.")
/* Translators: template boot-sector, why of -serial */
N_("The board’s serial port, as a terminal.")
/* Translators: template boot-sector, why of -nographic */
N_("No screen: the BIOS writes its text to the serial port, which is a terminal.")
/* Translators: template debian-13-cloud, title */
N_("Debian 13 (Cloud Image)")
/* Translators: template debian-13-cloud, summary */
N_("Debian’s ready-made image: in use within a minute")
/* Translators: template debian-13-cloud, title */
N_("Debian 13 cloud image")
/* Translators: template debian-13-cloud, why of -machine */
N_("A board that exists only in QEMU, made for 64-bit Arm systems.")
/* Translators: template debian-13-cloud, why of pauth-impdef=on */
N_("Signs pointers in a quick way of QEMU’s own; the usual way makes an emulated Arm processor much slower.")
/* Translators: template debian-13-cloud, why of -device */
N_("A screen of the kind made for virtual machines: this board has none of its own.")
/* Translators: template debian-13-cloud, why of -device */
N_("A keyboard: this board has none of its own.")
/* Translators: template debian-13, title */
N_("Debian 13")
/* Translators: template debian-13, summary */
N_("Debian’s installer, from the Internet; by itself if you like")
/* Translators: template debian-13, description */
N_("The installer takes what it needs from Debian’s archive, so the system is up to date when it is ready.")
/* Translators: template debian-13, title */
N_("Kernel and RAM disk of Debian’s installer")
/* Translators: template debian-13, why of -kernel */
N_("The kernel of Debian’s installer, started without a boot loader.")
/* Translators: template debian-13, why of -initrd */
N_("The installer itself, as a RAM disk; the answers to its questions are in there too.")
/* Translators: template debian-13, why of -initrd */
N_("The installer itself, as a RAM disk.")
/* Translators: template debian-13, why of -append */
N_("The installer asks nothing that has an answer, and writes plain lines to the serial port, which the installed system uses too.")
/* Translators: template debian-13, why of -append */
N_("The installer is on the serial port, and so will the installed system be.")
/* Translators: template debian-13, why of -append */
N_("The installer is on the screen; on this board it would take the serial port.")
/* Translators: template freedos, title */
N_("BIOS PC")
/* Translators: template freedos, summary */
N_("A PC of the nineties, for FreeDOS and its like")
/* Translators: template freedos, description */
N_("Bring a floppy image or a disc: FreeDOS has both. The disk comes first, so once a system is on it, that starts.")
/* Translators: template freedos, title */
N_("Floppy image")
/* Translators: template freedos, title */
N_("CD image")
/* Translators: template freedos, why of -machine */
N_("A PC with PCI, IDE and floppy drives, and a BIOS.")
/* Translators: template freedos, why of -m */
N_("So much memory for the guest: far more than its programs had.")
/* Translators: template freedos, why of -fda */
N_("Drive A: with the floppy.")
/* Translators: template freedos, why of -hda */
N_("The first hard disk, drive C: once it is formatted.")
/* Translators: template freedos, why of -cdrom */
N_("A CD drive with the disc.")
/* Translators: template freedos, why of -boot */
N_("The BIOS tries the hard disk, then the floppy, then the CD.")
/* Translators: template freedos, why of -rtc */
N_("DOS has no time zones: its clock is the one on the wall.")
/* Translators: template hello-world-aarch64, title */
N_("Hello World on Arm (64-bit)")
/* Translators: template hello-world-aarch64, summary */
N_("Debian’s installer on an Arm board, in a terminal: another processor in your own computer")
/* Translators: template hello-world-aarch64, why of -cpu */
N_("A 64-bit Arm processor, as many small boards have it; without it the board has a 32-bit one.")
/* Translators: template hello-world-aarch64, why of -m */
N_("So much memory for the guest: what the installer needs to show itself.")
/* Translators: template hello-world-x86_64, title */
N_("Hello World on x86-64")
/* Translators: template hello-world-x86_64, summary */
N_("Debian’s installer on a PC, in a terminal: what most guides begin with")
/* Translators: template hello-world-x86_64, why of -cpu */
N_("A plain 64-bit processor that every QEMU has.")
/* Translators: template hello-world-x86_64, why of -append */
N_("Tells the kernel to speak on the serial port: a PC’s firmware does not.")
/* Translators: template powerpc-mac, title */
N_("Power Mac")
/* Translators: template powerpc-mac, summary */
N_("Open Firmware’s prompt on a PowerPC Mac")
/* Translators: template powerpc-mac, description */
N_("Type “words” and Enter to see what Forth, the language of this firmware, knows; “dev / ls” shows the devices.")
/* Translators: template powerpc-mac, why of -machine */
N_("A Power Mac of about 1999, with its power management chip.")
/* Translators: template powerpc-mac, why of -cdrom */
N_("A CD drive with the disc; “boot cd:,\\\\:tbxi” starts from it.")
/* Translators: template powerpc-mac, why of -prom-env */
N_("The firmware stops at its prompt instead of looking for a system.")
/* Translators: template raspberry-pi, title */
N_("Raspberry Pi 3")
/* Translators: template raspberry-pi, summary */
N_("The small board, with a kernel of your own")
/* Translators: template raspberry-pi, description */
N_("Take kernel and device tree from the first partition of a Raspberry Pi OS image, and the image as the card. Its size must be a power of two: enlarge a copy, for example to 8 GiB.")
/* Translators: template raspberry-pi, title */
N_("Kernel (kernel8.img)")
/* Translators: template raspberry-pi, title */
N_("Device tree (bcm2710-rpi-3-b.dtb)")
/* Translators: template raspberry-pi, title */
N_("SD card image")
/* Translators: template raspberry-pi, why of -machine */
N_("A Raspberry Pi 3 B: four cores and 1 GiB of memory, no more and no less.")
/* Translators: template raspberry-pi, why of -kernel */
N_("The kernel: QEMU’s board does not have the firmware that would load it from the card.")
/* Translators: template raspberry-pi, why of -dtb */
N_("Tells the kernel which devices this board has.")
/* Translators: template raspberry-pi, why of -append */
N_("The kernel speaks on the serial port, whose name differs between kernels, and takes the card’s second partition; USB stays awake.")
/* Translators: template raspberry-pi, why of -drive */
N_("The SD card in its slot.")
/* Translators: template raspberry-pi, why of -device */
N_("A keyboard on USB.")
/* Translators: template riscv-opensbi, title */
N_("RISC-V with OpenSBI")
/* Translators: template riscv-opensbi, summary */
N_("The first words of a RISC-V board")
/* Translators: template riscv-opensbi, description */
N_("OpenSBI says what it found, and looks for a kernel. There is none yet: add one under Boot.")
/* Translators: template riscv-opensbi, why of -machine */
N_("A board that exists only in QEMU, made for RISC-V systems.")
/* Translators: template riscv-opensbi, why of -bios */
N_("OpenSBI, which comes with QEMU: it starts the board, and serves the kernel afterwards.")
/* Translators: template s390x, title */
N_("Mainframe (s390x)")
/* Translators: template s390x, summary */
N_("A machine of IBM’s Z family, on your desk")
/* Translators: template s390x, description */
N_("Give it a kernel and its RAM disk, such as those of Debian’s installer for s390x. Without them, its firmware says that it found nothing to start.")
/* Translators: template s390x, title */
N_("Kernel for s390x")
/* Translators: template s390x, title */
N_("RAM disk for s390x")
/* Translators: template s390x, why of -machine */
N_("A mainframe whose devices are on channels; QEMU adds its own kind of them.")
/* Translators: template s390x, why of -kernel */
N_("The kernel, started without a boot loader.")
/* Translators: template s390x, why of -initrd */
N_("The RAM disk that belongs to the kernel.")
/* Translators: template s390x, why of -nographic */
N_("No screen: mainframes have none. The console is a terminal.")
/* Translators: template ubuntu-22.04-cloud, title */
N_("Ubuntu 22.04 (Cloud Image)")
/* Translators: template ubuntu-22.04-cloud, summary */
N_("Ubuntu’s ready-made server image: in use within a minute")
/* Translators: template ubuntu-22.04-cloud, title */
N_("Ubuntu 22.04 cloud image")
/* Translators: template ubuntu-22.04-desktop, title */
N_("Ubuntu 22.04 Desktop")
/* Translators: template ubuntu-22.04-desktop, summary */
N_("Ubuntu with its desktop, to try and to install by hand")
/* Translators: template ubuntu-22.04-desktop, description */
N_("Ubuntu has this disc for x86-64 only. After installing, take the disc out.")
/* Translators: template ubuntu-22.04-desktop, title */
N_("Ubuntu 22.04 Desktop installer")
/* Translators: template ubuntu-22.04-server, title */
N_("Ubuntu 22.04 Server")
/* Translators: template ubuntu-22.04-server, summary */
N_("Ubuntu’s server installer; by itself if you like")
/* Translators: template ubuntu-22.04-server, title */
N_("Ubuntu 22.04 Server installer")
/* Translators: template ubuntu-22.04-server, why of -append */
N_("The installer begins without asking whether the disk may be overwritten, and speaks on the serial port.")
/* Translators: template ubuntu-22.04-server, why of -device */
N_("A controller for the disc drive: this board has none of its own.")
/* Translators: template uefi-shell, title */
N_("UEFI Shell")
/* Translators: template uefi-shell, summary */
N_("The command line of today’s firmware")
/* Translators: template uefi-shell, description */
N_("Wait for the prompt, or choose the shell in the boot manager (Esc). “help” shows the commands, “map” the disks, “dmpstore” the variables.")
/* Translators: template uefi-shell, why of -cpu */
N_("The processor that starts this board’s 64-bit firmware: without it the board has a 32-bit one.")
/* Translators: template uefi-shell, why of -nic */
N_("No network: the firmware would first try to start from there.")
/* Translators: template windows-11, title */
N_("Windows 11")
/* Translators: template windows-11, summary */
N_("With Secure Boot and TPM 2.0, as Microsoft wants it")
/* Translators: template windows-11, description */
N_("Get the disc from Microsoft’s page; Drover compares it with the checksum that you find there. The disc waits for a key before it starts the installer: when Windows is to install itself Drover presses one, at the first start only; else you do. Where this computer’s processor is of another kind, Windows is emulated and slow: take the edition for your processor.")
/* Translators: template windows-11, title */
N_("Windows 11 disc (x64)")
/* Translators: template windows-11, title */
N_("Windows 11 disc (Arm64)")
/* Translators: template windows-11, title */
N_("Drivers for virtual machines (virtio-win)")
/* Translators: template windows-11, note */
N_("Its publisher lists no checksum: the disc is as good as the encrypted connection that it comes over.")
/* Translators: template windows-11, why of smm=on */
N_("The processor’s own mode for firmware, which keeps Secure Boot’s keys from the guest.")
/* Translators: template windows-11, why of -machine */
N_("A PC with PCI Express, without two old devices that Windows does not need and that cost time.")
/* Translators: template windows-11, why of hv-relaxed=on */
N_("Windows does not take a late timer for a crash.")
/* Translators: template windows-11, why of hv-vapic=on */
N_("Interrupts with fewer stops of the guest.")
/* Translators: template windows-11, why of hv-spinlocks=8191 */
N_("A processor that waits for another in vain tells the host, instead of turning in circles.")
/* Translators: template windows-11, why of hv-vpindex=on */
N_("Processors have numbers that the next ones need.")
/* Translators: template windows-11, why of hv-runtime=on */
N_("Windows learns how long a processor really ran.")
/* Translators: template windows-11, why of hv-time=on */
N_("A clock that is read without stopping the guest.")
/* Translators: template windows-11, why of hv-synic=on */
N_("An interrupt controller for the timers below.")
/* Translators: template windows-11, why of hv-stimer=on */
N_("Timers that let an idle guest sleep.")
/* Translators: template windows-11, why of hv-stimer-direct=on */
N_("Those timers ring without a detour.")
/* Translators: template windows-11, why of hv-frequencies=on */
N_("Windows is told clock rates instead of measuring them.")
/* Translators: template windows-11, why of hv-tlbflush=on */
N_("Address caches of sleeping processors are cleared without waking them.")
/* Translators: template windows-11, why of hv-ipi=on */
N_("Processors call each other in one go.")
/* Translators: template windows-11, why of -cpu */
N_("The guest’s processor is emulated, with every feature that the emulator knows: Windows 11 does not start without some of them.")
/* Translators: template windows-11, why of -rtc */
N_("Windows expects the clock at local time; ticks that it missed are made up for.")
/* Translators: template windows-11, why of -rtc */
N_("Windows expects the clock at local time.")
/* Translators: template windows-11, why of -device */
N_("The guest’s disk drive, of a kind that Windows has a driver for; firmware starts from it first.")
/* Translators: template windows-11, why of -device */
N_("A USB controller, for keyboard, pointer and disc drives.")
/* Translators: template windows-11, why of -device */
N_("A drive for the installer’s disc, started from as long as the disk is empty. The disc waits for a key first.")
/* Translators: template windows-11, why of -device */
N_("A disc drive on USB, for which systems have a driver of their own.")
/* Translators: template windows-11, why of -blockdev */
N_("A disc with drivers for devices made for virtual machines.")
/* Translators: template windows-11, why of -device */
N_("A drive for the disc with drivers.")
/* Translators: template windows-11, why of -blockdev */
N_("A disc with the answers to the installer’s questions.")
/* Translators: template windows-11, why of -device */
N_("A drive for the disc with the answers.")
/* Translators: template windows-11, why of -device */
N_("A network card that Windows has a driver for.")
/* Translators: template windows-11, why of -device */
N_("A network card of the kind made for virtual machines; its driver is on the virtio-win disc.")
/* Translators: template windows-11, why of -vga */
N_("A plain screen, which Windows shows itself on without a driver.")
/* Translators: template windows-11, why of -display */
N_("No window: the screen is there for those who connect to it.")
