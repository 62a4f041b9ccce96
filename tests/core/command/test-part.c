/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-error.h"
#include "part-fixture.h"

/* `kind:id:title:front/back/file[+others]`, one a part. */
static char *
describe_parts (GPtrArray *parts)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    {
      const DroverPart *part = parts->pdata[i];

      g_string_append_printf (text, "%s%s:%s:%s:%d/%d/%d", i > 0 ? " " : "", part->kind, part->id,
                              part->title, part->scope.front, part->scope.back,
                              part->scope.file);
      for (guint j = 0; j < part->others->len; j++)
        g_string_append_printf (text, "+%d", g_array_index (part->others, int, j));
    }

  return g_string_free_and_steal (text);
}

static void
test_list (void)
{
  static const char *const lists[][2] = {
    /* disks */
    { "-hda /x/a.img -cdrom b.iso =c.img -fdb d -sd e -pflash f -mtdblock g",
      "disk:hda#0:a.img:0/0/-1 disk:cdrom#1:b.iso:1/1/-1 disk:image#2:c.img:2/2/-1 "
      "disk:fdb#3:d:3/3/-1 disk:sd#4:e:4/4/-1 disk:pflash#5:f:5/5/-1 disk:mtdblock#6:g:6/6/-1" },
    { "-drive file=/a/b,,c.img,if=virtio -drive if=none,id=cd,media=cdrom",
      "disk:drive#0:b,c.img:0/0/-1 disk:cd:none:-1/1/-1" },
    { "-device virtio-blk-pci,drive=d,id=v -drive file=x.qcow2,if=none,id=d",
      "disk:v:x.qcow2:0/1/-1" },
    { "-blockdev file,node-name=f,filename=/a/x.img -blockdev qcow2,node-name=q,file=f "
      "-object iothread,id=i -device virtio-blk-pci,drive=q,iothread=i",
      "disk:q:x.img:3/1/0+2 object:i:iothread:-1/2/-1" },
    { "-blockdev qcow2,node-name=q,file.driver=file,file.filename=/a/x.img -device scsi-hd,drive=q",
      "disk:q:x.img:1/0/-1" },
    { "-blockdev file,node-name=f,filename=x -device nvme,drive=f,serial=1,id=n",
      "disk:n:x:1/0/0" },
    { "-device {\"driver\":\"ide-cd\",\"id\":\"cd0\",\"drive\":\"s\"} -blockdev "
      "{\"driver\":\"file\",\"node-name\":\"s\",\"filename\":\"/i/a.iso\",\"read-only\":true}",
      "disk:cd0:a.iso:0/1/1" },
    { "-device ide-cd,drive=missing -blockdev file,node-name=lone,filename=x -device nvme,id=n",
      "disk:device#0:ide-cd:0/-1/-1 disk:lone:x:-1/1/1 device:n:nvme:2/-1/-1" },
    { "-blockdev raw,node-name=a,file=b -blockdev raw,node-name=b,file=a -device ide-hd,drive=a",
      "disk:a:ide-hd:2/0/1" },
    { "-blockdev file,node-name=f,filename=a -blockdev qcow2,node-name=base,file=f "
      "-blockdev qcow2,node-name=q,file.driver=file,file.filename=b,backing=base "
      "-device ide-hd,drive=q",
      "disk:q:b:3/2/-1+1+0" },
    /* cards */
    { "-netdev user,id=n -device virtio-net-pci,netdev=n -nic user,model=e1000 -nic none",
      "card:n:virtio-net-pci:1/0/-1 card:nic#2:e1000:2/2/-1" },
    { "-net nic,model=rtl8139 -net user -net none", "card:net#0:rtl8139:0/1/-1" },
    { "-net nic -net nic,model=e1000 -net user",
      "card:net#0:user:0/2/-1 card:net#1:e1000:1/-1/-1" },
    { "-net user -net nic -net nic -device e1000e -netdev tap,id=t",
      "card:net#0:user:1/0/-1 card:net#2:net:2/-1/-1 card:device#3:e1000e:3/-1/-1 "
      "card:t:tap:-1/4/-1" },
    { "-chardev socket,id=c,path=/x -netdev vhost-user,id=n,chardev=c -device a,netdev=n "
      "-object filter-dump,id=f,netdev=n,file=x",
      "character:c:socket:-1/0/-1 card:n:a:2/1/-1+0+3 object:f:filter-dump:-1/3/-1" },
    /* the rest */
    { "-audiodev pa,id=a -device intel-hda,id=h -device hda-duplex,audiodev=a -soundhw ac97 "
      "-audio pa,model=sb16 -audio pa",
      "sound:a:hda-duplex:2/0/-1 device:h:intel-hda:1/-1/-1 sound:soundhw#3:ac97:3/3/-1 "
      "sound:audio#4:sb16:4/4/-1 sound:audio#5:pa:-1/5/-1" },
    { "-object memory-backend-ram,id=m,size=1G -numa node,nodeid=0,memdev=m -numa "
      "dist,src=0,dst=1,val=20 -numa cpu,node-id=1",
      "object:m:memory-backend-ram:-1/0/-1 numa:numa#1:node 0:1/1/-1+0 numa:numa#2:dist 0:2/2/-1 "
      "numa:numa#3:cpu 1:3/3/-1" },
    { "-numa node -fsdev local,id=f,path=/ -device virtio-9p-pci,fsdev=f",
      "numa:numa#0:node:0/0/-1 share:f:/:2/1/-1" },
    { "-fsdev local,id=f,path=/a/b -device virtio-9p-pci,fsdev=f,mount_tag=t -virtfs "
      "local,path=/c,mount_tag=u -chardev socket,id=v,path=/s -device vhost-user-fs-pci,chardev=v",
      "share:f:b:1/0/-1 share:virtfs#2:c:2/2/-1 share:v:vhost-user-fs-pci:4/3/-1" },
    { "-chardev pty,id=c -serial chardev:c -chardev socket,id=q,path=/x -mon q,mode=control "
      "-serial none -monitor stdio -chardev null,id=n -device isa-serial,chardev=n,id=s",
      "character:c:pty:1/0/-1 character:q:socket:3/2/-1 character:serial#4:none:4/4/-1 "
      "character:monitor#5:stdio:5/5/-1 character:n:null:-1/6/-1 device:s:isa-serial:7/-1/-1+6" },
    { "-tpmdev emulator,id=t,chardev=c -device tpm-tis,tpmdev=t -chardev socket,id=c,path=x "
      "-usbdevice tablet",
      "device:t:tpm-tis:1/0/-1+2 character:c:socket:-1/2/-1 device:usbdevice#3:tablet:3/-1/-1" },
    /* one id twice, and things that are switched off */
    { "-device a,id=x -device b,id=x -object rng-random,id=x",
      "device:x:a:0/-1/-1 device:device#1:b:1/-1/-1 object:object#2:rng-random:-1/2/-1" },
    { "-object rng-random,id=x -device a,id=x",
      "object:object#0:rng-random:-1/0/-1 device:x:a:1/-1/-1" },
    { "#-netdev user,id=n #-device e1000,netdev=n -device e1000,netdev=m #-netdev tap,id=m",
      "card:n:e1000:1/0/-1 card:device#2:e1000:2/-1/-1 card:m:tap:-1/3/-1" },
    { "-device {broken -device  -m 1G -append -device",
      "device:device#0:device:0/-1/-1 device:device#1:device:1/-1/-1 device:device#4:device:4/-1/-1"
    },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (lists[i][0]);
      g_autoptr (GPtrArray) parts = drover_parts_list (arguments, NULL);
      g_autofree char *found = describe_parts (parts);

      g_test_message ("%s", lists[i][0]);
      g_assert_cmpstr (found, ==, lists[i][1]);
      assert_arguments (arguments, lists[i][0]);
      for (guint j = 0; j < parts->len; j++)
        {
          const DroverPart *part = parts->pdata[j];
          g_autoptr (DroverPart) again = drover_parts_find (arguments, part->id);

          g_assert_nonnull (again);
          g_assert_cmpint (again->scope.front, ==, part->scope.front);
          g_assert_cmpint (again->scope.back, ==, part->scope.back);
        }
    }
}

static void
test_find (void)
{
  g_autoptr (GPtrArray) arguments =
    make_arguments_of ("-m 1G -netdev user,id=n -device e1000,netdev=n,id=c -object iothread,id=i "
                       "-device virtio-blk-pci,iothread=i");
  g_autoptr (GPtrArray) cards = drover_parts_list (arguments, DROVER_PART_CARD);
  g_autoptr (DroverPart) by_back = drover_parts_find (arguments, "n");
  g_autoptr (DroverPart) at_back = drover_parts_find_at (arguments, 1);
  g_autoptr (DroverPart) own = drover_parts_find_at (arguments, 3);

  g_assert_cmpuint (cards->len, ==, 1);
  g_assert_cmpstr (by_back->id, ==, "c");
  g_assert_cmpstr (at_back->id, ==, "c");
  g_assert_cmpstr (own->kind, ==, DROVER_PART_OBJECT);
  g_assert_null (drover_parts_find (arguments, "x"));
  g_assert_null (drover_parts_find_at (arguments, 0));
  g_assert_cmpuint (drover_part_find_argument (arguments, by_back, "n"), ==, 1);
  g_assert_cmpuint (drover_part_find_argument (arguments, by_back, "c"), ==, 2);
}

/* Either half may be of the kind that can be modernised. */
static void
test_legacy (void)
{
  g_autoptr (GPtrArray) arguments =
    make_arguments_of ("-usbdevice tablet -drive if=none,id=d,file=a -device ide-hd,drive=d "
                       "-hda b -netdev user,id=n -device e1000,netdev=n -device x,id=x");
  g_autoptr (GPtrArray) parts = drover_parts_list (arguments, NULL);
  g_autoptr (GString) legacy = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    {
      const DroverPart *part = parts->pdata[i];

      if (part->legacy)
        g_string_append_printf (legacy, "%s ", part->id);
    }
  g_assert_cmpuint (parts->len, ==, 5);
  g_assert_cmpstr (legacy->str, ==, "usbdevice#0 d hda#3 ");
}

static void
test_remove (void)
{
  static const char *const removals[][4] = {
    { "-m 1G -netdev user,id=n -device e1000,netdev=n,id=c -S", "c",
      "-m 1G -netdev user,id=n -S", "-m 1G -S" },
    { "-netdev user,id=n", "n", "", "" },
    { "-hda x -S", "hda#0", "-S", "-S" },
    { "-audiodev pa,id=a -device AC97,id=x,audiodev=a -device sb16,audiodev=a", "x",
      "-audiodev pa,id=a -device sb16,audiodev=a", "-audiodev pa,id=a -device sb16,audiodev=a" },
    { "-blockdev file,node-name=f,filename=x -blockdev qcow2,node-name=q,file=f -object "
      "iothread,id=i -device virtio-scsi-pci,id=s -device scsi-hd,id=d,drive=q,bus=s.0,iothread=i",
      "d",
      "-blockdev file,node-name=f,filename=x -blockdev qcow2,node-name=q,file=f -object "
      "iothread,id=i -device virtio-scsi-pci,id=s",
      "-device virtio-scsi-pci,id=s" },
    { "-chardev pty,id=c -netdev vhost-user,id=n,chardev=c -device a,id=d,netdev=n -serial "
      "chardev:c -object filter-dump,id=f,netdev=n", "d",
      "-chardev pty,id=c -netdev vhost-user,id=n,chardev=c -serial chardev:c -object "
      "filter-dump,id=f,netdev=n",
      "-chardev pty,id=c -serial chardev:c" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (removals); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (removals[i][0]);
      g_autoptr (DroverPart) part = drover_parts_find (arguments, removals[i][1]);
      g_autoptr (GPtrArray) one = drover_part_remove (arguments, part, FALSE);
      g_autoptr (GPtrArray) both = drover_part_remove (arguments, part, TRUE);

      assert_arguments (one, removals[i][2]);
      assert_arguments (both, removals[i][3]);
    }
}

static void
test_add (void)
{
  static const struct
  {
    const char *program;
    const char *before;
    const char *kind;
    const char *properties;
    const char *id;
    const char *after;
  } additions[] = {
    { "x86_64", "-m 1G", "disk", "file=/no/a,b.qcow2", "disk0",
      "-m 1G -blockdev driver=qcow2,node-name=image0,file.driver=file,file.filename=/no/a,,b.qcow2 "
      "-device virtio-blk-pci,id=disk0,drive=image0" },
    { "x86_64", "-M q35 -hda x -S", "disk",
      "file=/no/a bus=ide discard=unmap bootindex=1 aio=io_uring cache.direct=on id=root", "root",
      "-M q35 -hda x -blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a,"
      "file.aio=io_uring,discard=unmap,cache.direct=on "
      "-device ide-hd,bus=ide.1,id=root,drive=image0,bootindex=1 -S" },
    { "x86_64", "", "disk", "media=cdrom", "cd0", "-device ide-cd,id=cd0" },
    { "x86_64", "-M q35 -device pcie-root-port,id=p,chassis=1 -device pcie-root-port,id=q,chassis=2 "
                "-device e1000,bus=p", "card", "", "nic0",
      "-M q35 -device pcie-root-port,id=p,chassis=1 -device pcie-root-port,id=q,chassis=2 "
      "-device e1000,bus=p -netdev user,id=net0 "
      "-device virtio-net-pci,bus=q,id=nic0,netdev=net0" },
    { "x86_64", "-M q35 -device pcie-root-port,id=p,chassis=1", "card", "bus=pcie.0", "nic0",
      "-M q35 -device pcie-root-port,id=p,chassis=1 -netdev user,id=net0 "
      "-device virtio-net-pci,id=nic0,netdev=net0,bus=pcie.0" },
    { "aarch64", "-M virt", "disk", "media=cdrom file=/no/a.iso", "cd0",
      "-M virt -blockdev driver=raw,node-name=image0,read-only=on,file.driver=file,"
      "file.filename=/no/a.iso -device virtio-scsi-pci,id=scsi0 "
      "-device scsi-cd,bus=scsi0.0,id=cd0,drive=image0" },
    { "x86_64", "-device lsi53c895a,id=l -hda x -device megasas", "disk", "file=/no/a bus=scsi",
      "disk0",
      "-device lsi53c895a,id=l -hda x -blockdev driver=raw,node-name=image0,file.driver=file,"
      "file.filename=/no/a -device scsi-hd,bus=l.0,id=disk0,drive=image0 -device megasas" },
    { "x86_64", "-hda x -S -device virtio-scsi-pci", "disk", "file=/no/a bus=scsi", "disk0",
      "-hda x -S -device virtio-scsi-pci -blockdev driver=raw,node-name=image0,file.driver=file,"
      "file.filename=/no/a -device scsi-hd,id=disk0,drive=image0" },
    { "x86_64", "-device ahci,id=s -device ide-hd,bus=s.0", "disk", "file=/no/a bus=sata", "disk0",
      "-device ahci,id=s -device ide-hd,bus=s.0 -blockdev driver=raw,node-name=image0,"
      "file.driver=file,file.filename=/no/a -device ide-hd,bus=s.1,id=disk0,drive=image0" },
    { "x86_64", "", "disk", "file=/no/a bus=nvme", "disk0",
      "-blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a "
      "-device nvme,serial=disk0,id=disk0,drive=image0" },
    { "x86_64", "", "disk", "file=/no/a bus=usb", "disk0",
      "-blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a "
      "-device qemu-xhci,id=usb0 -device usb-storage,id=disk0,drive=image0" },
    { "x86_64", "", "disk", "file=/no/a:b bus=nvme serial=7", "disk0",
      "-blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a:b "
      "-device nvme,serial=7,id=disk0,drive=image0" },
    { "x86_64", "-S", "disk", "file=/no/a bus=sata", "disk0",
      "-S -blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a "
      "-device ahci,id=sata0 -device ide-hd,bus=sata0.0,id=disk0,drive=image0" },
    { "x86_64", "-S", "disk", "bus=floppy", "disk0", "-S -device floppy,id=disk0" },
    { "x86_64", "-M q35", "disk", "bus=floppy", "disk0",
      "-M q35 -device isa-fdc,id=fdc0 -device floppy,id=disk0" },
    { "x86_64", "#-M microvm #-device virtio-scsi-pci,id=s", "disk", "file=/no/a bus=scsi",
      "disk0",
      "#-M microvm #-device virtio-scsi-pci,id=s -blockdev driver=raw,node-name=image0,"
      "file.driver=file,file.filename=/no/a -device virtio-scsi-pci,id=scsi0 "
      "-device scsi-hd,bus=scsi0.0,id=disk0,drive=image0" },
    { "s390x", "", "disk", "file=/no/a", "disk0",
      "-blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a "
      "-device virtio-blk-ccw,id=disk0,drive=image0" },
    { "x86_64", "-M microvm", "disk", "file=/no/a", "disk0",
      "-M microvm -blockdev driver=raw,node-name=image0,file.driver=file,file.filename=/no/a "
      "-device virtio-blk-device,id=disk0,drive=image0" },
    { "aarch64", "-M raspi3b", "disk", "file=/no/a", "disk0",
      "-M raspi3b -drive file=/no/a,format=raw,id=disk0" },
    { "x86_64", "-netdev user,id=net0 -device e1000,netdev=net0,id=nic0 -S", "card",
      "hostfwd=tcp::2222-:22 mac=52:54:00:00:00:01 hostfwd=tcp::80-:80", "nic1",
      "-netdev user,id=net0 -device e1000,netdev=net0,id=nic0 "
      "-netdev user,id=net1,hostfwd=tcp::2222-:22,hostfwd=tcp::80-:80 "
      "-device virtio-net-pci,id=nic1,netdev=net1,mac=52:54:00:00:00:01 -S" },
    { "x86_64", "", "card", "type=stream addr.type=unix addr.path=/x model=e1000 x-odd=1", "nic0",
      "-netdev stream,id=net0,addr.type=unix,addr.path=/x "
      "-device e1000,id=nic0,netdev=net0,x-odd=1" },
    { "x86_64", "", "card", "model=usb-net", "nic0",
      "-netdev user,id=net0 -device qemu-xhci,id=usb0 -device usb-net,id=nic0,netdev=net0" },
    { "arm", "-M vexpress-a9", "card", "", "net0", "-M vexpress-a9 -nic user,id=net0" },
    { "x86_64", "", "sound", "type=none out.frequency=48000 in.channels=1", "sound0",
      "-audiodev none,id=audio0,out.frequency=48000,in.channels=1 -device intel-hda,id=hda0 "
      "-device hda-duplex,bus=hda0.0,id=sound0,audiodev=audio0" },
    { "x86_64", "-audiodev pa,id=a", "sound", "model=AC97", "sound0",
      "-audiodev pa,id=a -device AC97,id=sound0,audiodev=a" },
    { "x86_64", "#-audiodev pa,id=a", "sound", "type=none model=AC97", "sound0",
      "#-audiodev pa,id=a -audiodev none,id=audio0 -device AC97,id=sound0,audiodev=audio0" },
    { "x86_64", "#-audiodev none,id=a", "sound", "model=AC97", "sound0",
      "#-audiodev none,id=a -audiodev pa,id=audio0 -device AC97,id=sound0,audiodev=audio0" },
    { "x86_64", "-numa node,nodeid=5", "numa", "cpus=0", "numa#1",
      "-numa node,nodeid=5 -numa node,nodeid=6,cpus=0" },
    { "x86_64", "-numa node -S", "numa", "size=1G cpus=0-1", "numa#2",
      "-numa node -object memory-backend-ram,id=mem0,size=1G "
      "-numa node,nodeid=1,memdev=mem0,cpus=0-1 -S" },
    { "x86_64", "", "share", "path=/a,b tag=t readonly=on", "share0",
      "-fsdev local,id=folder0,path=/a,,b,security_model=mapped-xattr,readonly=on "
      "-device virtio-9p-pci,id=share0,fsdev=folder0,mount_tag=t" },
    { "x86_64", "", "share", "path=/a security_model=none", "share0",
      "-fsdev local,id=folder0,path=/a,security_model=none "
      "-device virtio-9p-pci,id=share0,fsdev=folder0,mount_tag=share0" },
    { "x86_64", "", "device", "driver=AC97", "AC97-0", "-device AC97,id=AC97-0" },
    { "x86_64", "-S", "device", "driver=usb-tablet bus=u.0", "usb-tablet0",
      "-S -device usb-tablet,id=usb-tablet0,bus=u.0" },
    { "x86_64", "-S", "device", "driver=virtio-rng-pci rng=r", "virtio-rng0",
      "-S -device virtio-rng-pci,id=virtio-rng0,rng=r" },
    { "x86_64", "", "device", "driver=usb-tablet", "usb-tablet0",
      "-device qemu-xhci,id=usb0 -device usb-tablet,id=usb-tablet0" },
    { "x86_64", "-usb", "device", "driver=usb-tablet", "usb-tablet0",
      "-usb -device usb-tablet,id=usb-tablet0" },
    { "x86_64", "", "object", "qom-type=rng-random filename=/dev/urandom", "rng-random0",
      "-object rng-random,id=rng-random0,filename=/dev/urandom" },
    { "x86_64", "", "character", "backend=socket path=/x", "socket0",
      "-chardev socket,id=socket0,path=/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (additions); i++)
    {
      g_autofree char *program = g_strdup_printf ("qemu-system-%s", additions[i].program);
      g_autoptr (GPtrArray) before = make_arguments_of (additions[i].before);
      g_auto (GStrv) properties = g_strsplit (additions[i].properties, " ", -1);
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;
      g_autoptr (GPtrArray) after = NULL;

      if (*additions[i].before == '\0')
        g_ptr_array_set_size (before, 0);
      if (*additions[i].properties == '\0')
        g_clear_pointer (&properties[0], g_free);
      after = drover_parts_add (before, program, additions[i].kind,
                                (const char *const *) properties, &id, &error);
      g_assert_no_error (error);
      assert_arguments (after, additions[i].after);
      g_assert_cmpstr (id, ==, additions[i].id);
    }
}

static void
test_add_refused (void)
{
  static const char *const bad[][4] = {
    { "x86_64", "disk", "format=raw" },      { "x86_64", "disk", "file=/x bus=scuzzy" },
    { "x86_64", "disk", "" },                { "x86_64", "disk", "=x" },
    { "x86_64", "disk", "file=nbd:x:1" },    { "x86_64", "disk", "file=/x media=tape" },
    { "x86_64", "disk", "file=/x id=taken" }, { "x86_64", "disk", "file=/x id=7" },
    { "s390x", "disk", "file=/x bus=usb" },  { "s390x", "disk", "file=/x bus=floppy" },
    { "x86_64", "printer", "file=/x" },      { "x86_64", "device", "file=/x" },
    { "x86_64", "object", "id=x" },          { "x86_64", "share", "tag=x" },
    { "x86_64", "disk", "file=/x bus=usb", "-M microvm" },
    { "x86_64", "device", "driver=usb-tablet", "-M microvm" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GPtrArray) arguments =
        make_arguments_of (bad[i][3] != NULL ? bad[i][3] : "-device a,id=taken");
      g_autofree char *program = g_strdup_printf ("qemu-system-%s", bad[i][0]);
      g_auto (GStrv) properties = g_strsplit (bad[i][2], " ", -1);
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;

      if (drover_parts_add (arguments, program, bad[i][1], (const char *const *) properties, &id,
                            &error) != NULL)
        g_error ("%s %s was added", bad[i][1], bad[i][2]);
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      g_assert_null (id);
    }
}

/* The format is what is in the file, whatever its name says. */
static void
test_add_format (void)
{
  static const struct
  {
    const char *name, *header, *format; /* eight bytes of header */
  } files[] = {
    { "odd.img", "QFI\xfb\0\0\0\3", "qcow2" },
    { "odd.qcow2", "no magic", "raw" },
    { "odd.dmg", "no magic", "dmg" },
    { "absent.vdi", NULL, "vdi" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (drover_test_dir (), files[i].name, NULL);
      g_autofree char *property = g_strconcat ("file=", files[i].name, NULL);
      const char *properties[] = { property, NULL };
      g_autoptr (GPtrArray) arguments = make_arguments_of ("-S");
      g_autofree char *expected = g_strdup_printf (
        "-S -blockdev driver=%s,node-name=image0,file.driver=file,file.filename=%s "
        "-device virtio-blk-pci,id=disk0,drive=image0", files[i].format, files[i].name);
      g_autoptr (GPtrArray) added = NULL;

      if (files[i].header != NULL)
        g_assert_true (g_file_set_contents (path, files[i].header, 8, NULL));
      added = drover_parts_add_in (arguments, "qemu-system-x86_64", drover_test_dir (), "disk",
                                   properties, NULL, NULL);
      assert_arguments (added, expected);
    }
}

/* Another medium, and none: in the spelling that the drive has. */
static void
test_medium (void)
{
  static const char *const drives[][4] = {
    { "-cdrom a", "cdrom#0", "-cdrom b,c", "" },
    { "-drive file=a,media=cdrom,format=raw,id=d", "d",
      "-drive file=b,,c,media=cdrom,format=raw,id=d", "-drive media=cdrom,id=d" },
    { "-blockdev raw,node-name=n,file.driver=file,file.filename=a -device ide-cd,drive=n,id=d", "d",
      "-blockdev raw,node-name=n,file.driver=file,file.filename=b,,c -device ide-cd,drive=n,id=d",
      "-device ide-cd,id=d" },
    { "-blockdev file,node-name=f,filename=a -blockdev raw,node-name=n,file=f "
      "-device scsi-cd,drive=n,id=d", "d",
      "-blockdev file,node-name=f,filename=b,,c -blockdev raw,node-name=n,file=f "
      "-device scsi-cd,drive=n,id=d",
      "-device scsi-cd,id=d" },
    { "-device ide-cd,id=d", "d",
      "-blockdev driver=raw,node-name=medium0,read-only=on,file.driver=file,file.filename=b,,c "
      "-device ide-cd,id=d,drive=medium0",
      "-device ide-cd,id=d" },
    { "-device e1000,id=d", "d", NULL, NULL },
    { "-device virtio-blk-pci,id=d,drive=n -blockdev file,node-name=n,filename=a", "d", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (drives); i++)
    for (guint j = 2; j < 4; j++)
      {
        g_autoptr (GPtrArray) arguments = make_arguments_of (drives[i][0]);
        g_autoptr (DroverPart) part = drover_parts_find (arguments, drives[i][1]);
        g_autoptr (GError) error = NULL;
        g_autoptr (GPtrArray) changed =
          drover_part_set_medium (arguments, part, NULL, j == 2 ? "b,c" : NULL, &error);
        g_autofree char *text = changed != NULL ? describe_arguments (changed) : NULL;

        g_assert_cmpstr (text, ==, drives[i][j]);
        g_assert_true ((error == NULL) == (text != NULL));
      }
}

static void
test_ports (void)
{
  g_autoptr (GPtrArray) arguments =
    make_arguments_of ("-M q35 -device pcie-root-port,id=port0,chassis=4");
  g_autoptr (GPtrArray) changed = drover_arguments_add_ports (arguments, 2);
  g_autofree char *text = describe_arguments (changed);

  g_assert_cmpstr (text, ==,
                   "-M q35 -device pcie-root-port,id=port0,chassis=4 "
                   "-device pcie-root-port,id=port1,chassis=5 "
                   "-device pcie-root-port,id=port2,chassis=6");
}

/* What is added goes into a port that is there, free, and not spoken for by what is asked. */
static void
test_free_port (void)
{
  static const char port[] = "-M q35 -device pcie-root-port,id=port0,chassis=1";
  static const struct
  {
    const char *before;
    const char *property;
    const char *added;
  } cases[] = {
    { port, NULL, "-device virtio-rng-pci,bus=port0,id=virtio-rng0" },
    { port, "addr=5", "-device virtio-rng-pci,id=virtio-rng0,addr=5" },
    { port, "bus=pcie.0", "-device virtio-rng-pci,id=virtio-rng0,bus=pcie.0" },
    { "-M q35", NULL, "-device virtio-rng-pci,id=virtio-rng0" },
    { "-M q35 -device e1000,bus=port0 -device pcie-root-port,id=port0,chassis=1", NULL,
      "-device virtio-rng-pci,id=virtio-rng0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (cases[i].before);
      const char *const properties[] = { "driver=virtio-rng-pci", cases[i].property, NULL };
      g_autoptr (GPtrArray) added = drover_parts_add (arguments, "qemu-system-x86_64", "device",
                                                      properties, NULL, NULL);
      g_autofree char *text = describe_arguments (added);
      g_autofree char *expected = g_strdup_printf ("%s %s", cases[i].before, cases[i].added);

      g_assert_cmpstr (text, ==, expected);
    }
}

/* One that is switched off is none. */
static void
test_port_off (void)
{
  g_autoptr (GPtrArray) arguments = make_arguments_of ("-M q35");
  g_autoptr (GPtrArray) added = NULL;
  g_autofree char *text = NULL;

  g_ptr_array_add (arguments, drover_argument_new ("-device", "pcie-root-port,id=port0,chassis=1"));
  {
    DroverArgument *off = drover_argument_with_enabled (arguments->pdata[1], FALSE);

    drover_argument_unref (arguments->pdata[1]);
    arguments->pdata[1] = off;
  }
  added = drover_parts_add (arguments, "qemu-system-x86_64", "device",
                            (const char *const[]) { "driver=virtio-rng-pci", NULL }, NULL, NULL);
  text = describe_arguments (added);
  g_assert_null (strstr (text, "bus=port0"));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/part/list", test_list);
  g_test_add_func ("/part/find", test_find);
  g_test_add_func ("/part/legacy", test_legacy);
  g_test_add_func ("/part/remove", test_remove);
  g_test_add_func ("/part/add", test_add);
  g_test_add_func ("/part/add-refused", test_add_refused);
  g_test_add_func ("/part/add-format", test_add_format);
  g_test_add_func ("/part/medium", test_medium);
  g_test_add_func ("/part/ports", test_ports);
  g_test_add_func ("/part/free-port", test_free_port);
  g_test_add_func ("/part/port-off", test_port_off);
  return drover_test_run ();
}
