/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "part-fixture.h"

#define PC "qemu-system-x86_64"
#define ARM "qemu-system-aarch64"

typedef struct
{
  const char *program;
  const char *before;
  guint argument;
  const char *after; /* or a part of the reason why not */
} Rewrite;

static void
test_rewrite (void)
{
  static const Rewrite rewrites[] = {
    { PC, "-m 1G --M q35,smm=on", 1, "-m 1G -machine q35,smm=on" },
    { PC, "-enable-kvm -S", 0, "-accel kvm -S" },
    { PC, "-enable-kvm #-machine accel=tcg", 0, "-accel kvm #-machine accel=tcg" },
    { PC, "-no-hpet", 0, "-machine hpet=off" },
    { PC, "-no-acpi", 0, "-machine acpi=off" },
    { PC, "-usb", 0, "-machine usb=on" },
    { PC, "#-usb", 0, "#-machine usb=on" },
    { PC, "-device a -usbdevice tablet", 1, "-device usb-tablet -device a -machine usb=on" },
    { PC, "-usbdevice keyboard -device a", 0, "-machine usb=on -device usb-kbd -device a" },
    { PC, "-balloon virtio", 0, "-device virtio-balloon" },
    { PC, "-realtime mlock=off", 0, "-overcommit mem-lock=off" },
    { PC, "-no-fd-bootchk", 0, "-machine fd-bootchk=off" },
    { PC, "-cpu qemu64,+ssse3,-sse4.1,x=y", 0, "-cpu qemu64,ssse3=on,sse4.1=off,x=y" },
    { PC, "-m 512 -mem-path /dev/huge,pages", 1,
      "-m 512 -object memory-backend-file,id=mem0,size=512M,mem-path=/dev/huge,,pages "
      "-machine memory-backend=mem0" },
    { PC, "-m 512 #-m 1024 #-numa node -mem-path /x", 3,
      "-m 512 #-m 1024 #-numa node -object memory-backend-file,id=mem0,size=512M,mem-path=/x "
      "-machine memory-backend=mem0" },
    { PC, "-serial tcp::4444,server,nowait", 0, "-serial tcp::4444,server=on,wait=off" },
    { PC, "-chardev socket,id=a,path=x,,y,server,,nowait,telnet", 0,
      "-chardev socket,id=a,path=x,,y,server=on,wait=off,telnet=on" },
    { PC, "-chardev socket,id=a,nodelay", 0, "-chardev socket,id=a,delay=off" },

    { PC, "-device cirrus-vga -hda a.qcow2", 1,
      "-device cirrus-vga -blockdev "
      "driver=qcow2,node-name=disk0,auto-read-only=on,file.driver=file,file.filename=a.qcow2 "
      "-device ide-hd,bus=ide.0,unit=0,drive=disk0 -device ide-cd,bus=ide.1,unit=0" },
    { PC, "-hdb a.qcow2 -cdrom b.iso", 0,
      "-blockdev driver=qcow2,node-name=disk0,auto-read-only=on,file.driver=file,"
      "file.filename=a.qcow2 -device ide-hd,bus=ide.0,unit=1,drive=disk0 -cdrom b.iso" },
    { PC, "-M q35 -cdrom b.iso", 1,
      "-M q35 -blockdev driver=raw,node-name=cd0,read-only=on,file.driver=file,"
      "file.filename=b.iso -device ide-cd,bus=ide.2,unit=0,drive=cd0" },
    { PC, "-nodefaults =a.qcow2", 1,
      "-nodefaults -blockdev driver=qcow2,node-name=disk0,auto-read-only=on,file.driver=file,"
      "file.filename=a.qcow2 -device ide-hd,bus=ide.0,unit=0,drive=disk0" },
    { PC, "-nodefaults -hda x -drive file=y,format=raw,media=disk", 2,
      "-nodefaults -hda x -blockdev driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,"
      "file.filename=y -device ide-hd,bus=ide.0,unit=1,drive=disk0" },
    { PC, "-nodefaults -drive if=ide,index=3,file=y,format=raw,cache=writethrough,werror=stop", 1,
      "-nodefaults -blockdev driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,"
      "file.filename=y "
      "-device ide-hd,bus=ide.1,unit=1,drive=disk0,write-cache=off,werror=stop" },
    { PC, "-drive if=none,id=d,file=y,format=raw,readonly=on,cache=none,aio=native,discard=unmap "
      "-device {\"driver\":\"scsi-hd\",\"drive\":\"d\"}", 0,
      "-blockdev driver=raw,node-name=d,read-only=on,cache.direct=on,file.driver=file,"
      "file.filename=y,file.aio=native,discard=unmap "
      "-device {\"driver\":\"scsi-hd\",\"drive\":\"d\",\"device_id\":\"d\"}" },
    { PC, "-device {\"driver\":\"ide-hd\",\"drive\":\"d\"} "
      "-drive if=none,id=d,file=y,format=raw,rerror=report", 1,
      "-device {\"driver\":\"ide-hd\",\"drive\":\"d\",\"rerror\":\"report\"} -blockdev "
      "driver=raw,node-name=d,auto-read-only=on,file.driver=file,file.filename=y" },
    { PC, "-nodefaults -drive if=none,id=d,file=y,format=raw,readonly #-snapshot", 1,
      "-nodefaults -blockdev driver=raw,node-name=d,read-only=on,file.driver=file,"
      "file.filename=y #-snapshot" },
    { PC, "-nodefaults -drive file=x,format=raw -drive file=y,format=raw -drive file=z,format=raw",
      3,
      "-nodefaults -drive file=x,format=raw -drive file=y,format=raw -blockdev "
      "driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,file.filename=z "
      "-device ide-hd,bus=ide.1,unit=0,drive=disk0" },
    { PC, "-drive if=virtio,file=a,,b,format=raw -S -device x -S", 0,
      "-blockdev driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,"
      "file.filename=a,,b -S -device x -device virtio-blk-pci,drive=disk0 -S" },
    { ARM, "-M virt -drive file=a,format=raw", 1,
      "-M virt -blockdev driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,"
      "file.filename=a -device virtio-blk-pci,drive=disk0" },
    { PC, "-drive if=pflash,file=a,format=raw,readonly=on -drive if=pflash,file=b,format=raw", 1,
      "-drive if=pflash,file=a,format=raw,readonly=on -blockdev "
      "driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,file.filename=b "
      "-machine pflash1=disk0" },

    { PC, "-net nic,model=e1000,macaddr=52:54:00:00:00:01 -S -net user,hostfwd=tcp::1-:2", 0,
      "-nic user,hostfwd=tcp::1-:2,model=e1000,mac=52:54:00:00:00:01 -S" },
    { PC, "-net none", 0, "-nic none" },
    /* What is said already is not said twice. */
    { PC, "-machine usb=on -usb -S", 1, "-machine usb=on -S" },
    { PC, "-machine usb=on -usbdevice tablet -S", 1, "-machine usb=on -device usb-tablet -S" },
    { PC, "-device x -machine usb=on -usbdevice tablet", 2,
      "-device usb-tablet -device x -machine usb=on" },
    { PC, "-machine usb=off -usb", 1, "-machine usb=off -machine usb=on" },
    { PC, "-audio pa,model=sb16,server=x", 0,
      "-audiodev pa,id=audiodev0,server=x -device sb16,audiodev=audiodev0" },
    { PC, "-device x -audio driver=none,id=a,model=hda", 1,
      "-device intel-hda,id=sound0 -device hda-duplex,bus=sound0.0,audiodev=a -device x "
      "-audiodev none,id=a" },
    { PC, "-device x -soundhw ac97,es1370 -S", 1, "-device AC97 -device ES1370 -device x -S" },
    { PC, "-audiodev pa,id=a -soundhw ac97", 1, "-audiodev pa,id=a -device AC97,audiodev=a" },
    { PC, "#-audiodev pa,id=a -soundhw ac97", 1, "#-audiodev pa,id=a -device AC97" },
    { PC, "-virtfs local,path=/a,mount_tag=t,security_model=none,readonly=on", 0,
      "-fsdev local,id=share0,path=/a,security_model=none,readonly=on "
      "-device virtio-9p,fsdev=share0,mount_tag=t" },
    { PC, "-nodefaults -vga cirrus", 1, "-nodefaults -device cirrus-vga,addr=0x2" },
    { PC, "-M q35 -vga std -nic none", 1, "-M q35 -device VGA,addr=0x1 -nic none" },
    { "/opt/bin/" PC, "-M pc-i440fx-9.2 -vga std -nic none", 1,
      "-M pc-i440fx-9.2 -device VGA,addr=0x2 -nic none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rewrites); i++)
    {
      const Rewrite *rewrite = &rewrites[i];
      g_autoptr (GPtrArray) before = make_arguments_of (rewrite->before);
      g_autofree char *sentence = drover_part_describe_modern (before, rewrite->argument);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) after =
        drover_arguments_modernise_in (before, rewrite->program, NULL, rewrite->argument, &error);

      g_test_message ("%s", rewrite->before);
      g_assert_no_error (error);
      assert_arguments (after, rewrite->after);
      assert_arguments (before, rewrite->before);
      g_assert_nonnull (sentence);
    }
}

static void
test_refused (void)
{
  static const Rewrite refusals[] = {
    { PC, "-enable-kvm -machine accel=tcg", 0, "accel=" },
    { PC, "-usbdevice braille", 0, "braille" },
    { PC, "-balloon none", 0, "none" },
    { PC, "-cpu qemu64,+x,x=off", 0, "x" },
    { ARM, "-M virt -cpu max,-sve", 1, "PC" },
    { PC, "-mem-path /x -numa node", 0, "numa" },
    { PC, "-M isapc -mem-path /x", 1, "memory" },
    { PC, "-hda relative.img", 0, "relative.img" },
    { PC, "-hda nbd:localhost:1", 0, "nbd" },
    { PC, "-drive file=nbd:localhost:1,format=raw", 0, "plain" },
    { PC, "-snapshot -hda a.qcow2", 1, "snapshot" },
    { PC, "-drive file=a,format=raw,if=none,id=d -set drive.d.cache=none", 0, "-set" },
    { PC, "-drive file=a,format=raw,snapshot=on", 0, "snapshot" },
    { PC, "-drive file=a,format=raw,throttling.iops-total=5", 0, "throttling" },
    { PC, "-drive file=a,format=raw,cache=odd", 0, "odd" },
    { PC, "-drive if=none,id=d,media=cdrom", 0, "format" },
    { PC, "-drive if=none,id=d,format=raw", 0, "empty" },
    { PC, "-drive file=a,format=raw,if=sd", 0, "sd" },
    { PC, "-drive file=a,format=raw,if=none,id=abcdefghijklmnopqrstuvwxyz123456", 0, "31" },
    { PC, "-drive file=/dev/not-there,format=raw", 0, "/dev/not-there" },
    { PC, "-drive if=virtio,file=a,format=raw -drive if=virtio,file=b,format=raw", 1, "first" },
    { PC, "-drive file=a,format=raw -drive file=b,format=raw", 0, "behind" },
    { PC, "-drive if=pflash,file=a,format=raw -pflash b", 0, "behind" },
    { ARM, "-M raspi3b -drive file=a,format=raw", 1, "disks" },
    { PC, "#-hda a.qcow2", 0, "switched off" },
    { PC, "-net nic", 0, "-net" },
    { PC, "-net nic -net nic -net user", 0, "-net" },
    { PC, "-net nic -net user -net user", 0, "-net" },
    { PC, "-net nic,netdev=n -netdev user,id=n", 0, "-netdev" },
    { PC, "-soundhw all", 0, "all" },
    { PC, "-audio pa,model=odd", 0, "odd" },
    { PC, "-virtfs local,path=/x", 0, "mount_tag" },
    { PC, "-virtfs path=/x,mount_tag=t", 0, "mount_tag" },
    { ARM, "-M virt -vga std", 1, "PC" },
    { PC, "-vga odd -nodefaults", 0, "odd" },
    { PC, "-vga std", 0, "network card" },
    { PC, "-nodefaults -vga std -nic user", 1, "network card" },
    { PC, "-m 1G", 0, "today" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GPtrArray) before = make_arguments_of (refusals[i].before);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) after = drover_arguments_modernise_in (
        before, refusals[i].program, NULL, refusals[i].argument, &error);

      if (after != NULL)
        g_error ("%s was rewritten", refusals[i].before);
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      if (strstr (error->message, refusals[i].after) == NULL)
        g_error ("%s: “%s” does not name “%s”", refusals[i].before, error->message,
                 refusals[i].after);
    }
}

/* What is in today's form has nothing said of it. */
static void
test_modern (void)
{
  static const char *const modern[] = {
    "-smp 4",        "-smp cpus=4,maxcpus=8",
    "-m 1G",         "-machine pc",   "-accel kvm",    "-nic user,model=e1000", "-netdev user,id=n",
    "-audio pa",     "-vga none",     "-cpu host,x=on", "-serial stdio",         "-device a,id=x",
    "-chardev socket,id=a,path=x,server=on,wait=off,", "-blockdev raw,node-name=x",
    "-append x,nowait", "-device {\"driver\":\"a\"}",   "-device {broken",        "-cpu a-b,c-d=on",
  };

  for (guint i = 0; i < G_N_ELEMENTS (modern); i++)
    {
      g_auto (GStrv) words = g_strsplit (modern[i], " ", 2);
      g_autoptr (GPtrArray) arguments = make_arguments ((const char *const *) words);
      g_autofree char *sentence = drover_part_describe_modern (arguments, 0);

      if (sentence != NULL)
        g_error ("%s: %s", modern[i], sentence);
    }
}

static void
test_note (void)
{
  g_autoptr (DroverArgument) plain = drover_argument_new ("-usb", NULL);
  g_autoptr (GPtrArray) arguments = make_arguments_of ("-S");
  g_autoptr (GPtrArray) after = NULL;

  g_ptr_array_add (arguments, drover_argument_with_note (plain, "for the tablet"));
  after = drover_arguments_modernise_in (arguments, PC, NULL, 1, NULL);
  g_assert_cmpstr (drover_argument_get_note (after->pdata[1]), ==, "for the tablet");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/modernise/rewrite", test_rewrite);
  g_test_add_func ("/modernise/refused", test_refused);
  g_test_add_func ("/modernise/modern", test_modern);
  g_test_add_func ("/modernise/note", test_note);
  return drover_test_run ();
}
