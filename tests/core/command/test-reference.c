/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-error.h"
#include "part-fixture.h"

static char *
describe_uses (GPtrArray *arguments, guint argument)
{
  g_autoptr (GArray) uses = drover_arguments_list_uses (arguments, argument);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < uses->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "", g_array_index (uses, int, i));

  return g_string_free_and_steal (text);
}

/* The first argument makes the thing. */
static void
test_uses (void)
{
  static const char *const uses[][2] = {
    { "-netdev user,id=n -device e1000,netdev=n -object filter-dump,id=f,netdev=n", "1 2" },
    { "-netdev user,id=n -net nic,netdev=n -device e1000,netdev=m,id=n", "1" },
    { "-device virtio-scsi-pci,id=s -device scsi-hd,bus=s.0 -device scsi-hd,bus=s.10 "
      "-device scsi-hd,bus=s1.0 -set device.s.num_queues=2 -device pci-bridge,bus=s",
      "1 2 4 5" },
    { "-device pcie-root-port,id=a.b -device e1000,bus=a.b -device e1000,bus=a", "1" },
    { "-drive file=x,if=none,id=d -device ide-hd,drive=d -set drive.d.cache=none "
      "-global isa-fdc.driveA=d -global driver=floppy,property=drive,value=d",
      "1 2 3 4" },
    { "-blockdev file,node-name=f,filename=x -blockdev qcow2,node-name=q,file=f "
      "-blockdev raw,node-name=r,file.driver=file,file.filename=f -machine pflash0=f", "1 3" },
    { "-chardev pty,id=c -serial chardev:c -mon c -monitor mon:chardev:c "
      "-device isa-serial,chardev=c -netdev user,id=n,guestfwd=tcp:1.2.3.4:5-chardev:c "
      "-tpmdev emulator,id=t,chardev=c -qmp chardev:cc -object rng-egd,id=r,chardev=c",
      "1 2 3 4 5 6 8" },
    { "-object memory-backend-ram,id=m,size=1G -numa node,memdev=m -machine memory-backend=m "
      "-device pc-dimm,memdev=m -M pc,sgx-epc.0.memdev=m", "1 2 3 4" },
    { "-object iothread,id=i -device virtio-blk,drive=x,iothread=i", "1" },
    { "-audiodev pa,id=a -device AC97,audiodev=a -machine pcspk-audiodev=a -vnc :0,audiodev=a",
      "1 2 3" },
    { "-fsdev local,id=f,path=/ -device virtio-9p-pci,fsdev=f,mount_tag=f", "1" },
    { "-object secret,id=s,data=x -blockdev qcow2,node-name=q,file=f,encrypt.key-secret=s "
      "-drive file=x,encrypt.key-secret=s", "1 2" },
    { "-netdev {\"type\":\"user\",\"id\":\"n\"} -device "
      "{\"driver\":\"e1000\",\"netdev\":\"n\"}", "1" },
    { "-object iothread,id=i -device {\"driver\":\"virtio-blk-pci\",\"iothread-vq-mapping\":"
      "[{\"iothread\":\"i\"}]}", "1" },
    { "-netdev user,id=n #-device e1000,netdev=n", "1" },
    { "#-netdev user,id=n -device e1000,netdev=n -netdev tap,id=n", "" },
    { "-append id=n -device e1000,netdev=n", "" },
    { "-netdev user,id=n -device e1000,netdev=n.0", "" },
    { "-blockdev raw,node-name=a,file=a -device ide-hd,drive=a", "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (uses); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (uses[i][0]);
      g_autofree char *found = describe_uses (arguments, 0);

      if (g_strcmp0 (found, uses[i][1]) != 0)
        g_error ("%s: found “%s”, not “%s”", uses[i][0], found, uses[i][1]);
    }
}

static void
test_duplicates (void)
{
  static const char *const lists[][2] = {
    { "-device a,id=x -device b,id=x -device c,id=x", "x" },
    { "-device a,id=x -netdev user,id=x -object rng,id=x", "" },
    { "-device a,id=x #-device b,id=x", "" },
    { "-drive id=d -blockdev file,node-name=d,filename=x", "d" },
    { "-blockdev qcow2,node-name=a,file.driver=file,file.node-name=b -blockdev raw,node-name=b",
      "b" },
    { "-device {\"driver\":\"a\",\"id\":\"x\"} -device b,id=y -device c,id=y -device d,id=x",
      "y x" },
    { "-device a,id= -device b,id=", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (lists[i][0]);
      g_autoptr (GPtrArray) ids = drover_arguments_list_duplicate_ids (arguments);
      g_autofree char *found = NULL;

      g_ptr_array_add (ids, NULL);
      found = g_strjoinv (" ", (GStrv) ids->pdata);
      g_assert_cmpstr (found, ==, lists[i][1]);
    }
}

static void
test_rename (void)
{
  static const struct
  {
    const char *before;
    guint argument;
    const char *after;
  } renames[] = {
    { "-netdev user,id=n,hostfwd=tcp::1-:2, -device e1000,netdev=n,mac=n -device a,id=n", 0,
      "-netdev user,id=new,hostfwd=tcp::1-:2, -device e1000,netdev=new,mac=n -device a,id=n" },
    { "-device scsi,id=s -device scsi-hd,bus=s.0,, -set device.s.x=device.s.x -device d,bus=s1.0",
      0,
      "-device scsi,id=new -device scsi-hd,bus=new.0,, -set device.new.x=device.s.x "
      "-device d,bus=s1.0" },
    { "-device a -chardev pty,id=c -serial mon:chardev:c -netdev "
      "user,guestfwd=tcp:1.2.3.4:5-chardev:c,guestfwd=tcp:1.2.3.4:6-cmd:c",
      1,
      "-device a -chardev pty,id=new -serial mon:chardev:new -netdev "
      "user,guestfwd=tcp:1.2.3.4:5-chardev:new,guestfwd=tcp:1.2.3.4:6-cmd:c" },
    { "-blockdev {\"driver\":\"file\",\"node-name\":\"f\"} -blockdev "
      "{\"node-name\":\"q\",\"file\":\"f\",\"x\":[1,2]} -machine pc,pflash0=f",
      0,
      "-blockdev {\"driver\":\"file\",\"node-name\":\"new\"} -blockdev "
      "{\"node-name\":\"q\",\"file\":\"new\",\"x\":[1,2]} -machine pc,pflash0=new" },
    { "-object iothread,id=i -device "
      "{\"driver\":\"v\",\"iothread-vq-mapping\":[{\"iothread\":\"j\"},{\"iothread\":\"i\"}]}",
      0,
      "-object iothread,id=new -device "
      "{\"driver\":\"v\",\"iothread-vq-mapping\":[{\"iothread\":\"j\"},{\"iothread\":\"new\"}]}" },
    { "-blockdev file,node-name=b,filename=x -blockdev {\"driver\":\"quorum\",\"node-name\":\"q\","
      "\"children\":[\"a\",\"b\"],\"vote-threshold\":1} -blockdev "
      "{\"driver\":\"raw\",\"node-name\":\"r\",\"file\":{\"driver\":\"qcow2\",\"file\":\"b\","
      "\"backing\":\"b\"}}",
      0,
      "-blockdev file,node-name=new,filename=x -blockdev {\"driver\":\"quorum\",\"node-name\":\"q\","
      "\"children\":[\"a\",\"new\"],\"vote-threshold\":1} -blockdev "
      "{\"driver\":\"raw\",\"node-name\":\"r\",\"file\":{\"driver\":\"qcow2\",\"file\":\"new\","
      "\"backing\":\"new\"}}" },
    { "-netdev user,id=n #-device e1000,netdev=n", 0,
      "-netdev user,id=new #-device e1000,netdev=new" },
    { "-drive if=none,id=d,file=a,,b -device ide-hd,drive=d -set drive.d.cache=none", 0,
      "-drive if=none,id=new,file=a,,b -device ide-hd,drive=new -set drive.new.cache=none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (renames); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (renames[i].before);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) renamed =
        drover_arguments_rename_id (arguments, renames[i].argument, "new", &error);

      g_assert_no_error (error);
      assert_arguments (renamed, renames[i].after);
      assert_arguments (arguments, renames[i].before);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *id;
  } bad[] = {
    { "-device a,id=x", "" },
    { "-device a,id=x", "1a" },
    { "-device a,id=x", "a b" },
    { "-device a,id=x", "a,b" },
    { "-device a,id=x -device b,id=y", "y" },
    { "-device a,id=x #-device b,id=y", "y" },
    { "-device a,id=x -device b,id=x -device c,bus=x", "z" },
    { "-device a", "z" },
    { "-m 1G", "z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (bad[i].text);
      g_autoptr (GError) error = NULL;

      if (drover_arguments_rename_id (arguments, 0, bad[i].id, &error) != NULL)
        g_error ("%s was renamed to “%s”", bad[i].text, bad[i].id);
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/reference/uses", test_uses);
  g_test_add_func ("/reference/duplicates", test_duplicates);
  g_test_add_func ("/reference/rename", test_rename);
  g_test_add_func ("/reference/refused", test_refused);
  return drover_test_run ();
}
