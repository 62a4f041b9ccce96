/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "drover-image-look.h"
#include "drover-image-use.h"
#include "run-fixture.h"

/* Which files a machine opens as disks, and that no two write to one. */

static char *
make_image (const char *name, gsize size)
{
  char *path = g_build_filename (drover_test_dir (), name, NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, size), ==, 0);
  close (fd);
  return path;
}

static void
qemu_img (const char *const *argv)
{
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL);

  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

/* As "w:NAME r:NAME", with an "s" for those that others may write to. */
static void
check_uses (const char *expected, const char *const *words)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                                    drover_argument_unref);
  g_autoptr (GPtrArray) uses = NULL;
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i += 2)
    g_ptr_array_add (arguments, drover_argument_new (words[i], words[i + 1]));
  uses = drover_image_uses_list (arguments, drover_test_dir ());
  for (guint i = 0; i < uses->len; i++)
    {
      const DroverImageUse *use = uses->pdata[i];
      g_autofree char *name = g_path_get_basename (use->path);

      g_string_append_printf (found, "%s%s%s:%s", i > 0 ? " " : "", use->writes ? "w" : "r",
                              use->shares ? "s" : "", name);
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_uses (void)
{
  g_autofree char *raw = make_image ("raw.img", 1024 * 1024);
  g_autofree char *base = g_build_filename (drover_test_dir (), "base.qcow2", NULL);
  g_autofree char *middle = g_build_filename (drover_test_dir (), "middle.qcow2", NULL);
  g_autofree char *top = g_build_filename (drover_test_dir (), "top,1.qcow2", NULL);

  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", "qcow2", base, "1M"));
  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2",
                       middle));
  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", "qcow2", "-b", middle, "-F", "qcow2", top));

  check_uses ("w:raw.img", ARGUMENTS ("-drive", "file=raw.img,format=raw"));
  check_uses ("w:raw.img", ARGUMENTS ("-hda", "file:raw.img"));
  check_uses ("r:raw.img", ARGUMENTS ("-cdrom", "raw.img"));
  check_uses ("r:raw.img", ARGUMENTS ("-drive", "file=raw.img,media=cdrom"));
  check_uses ("r:raw.img", ARGUMENTS ("-drive", "file=raw.img,readonly=on,if=pflash"));
  check_uses ("r:raw.img", ARGUMENTS ("-drive", "file=raw.img,snapshot=on"));
  check_uses ("r:raw.img", ARGUMENTS ("-hda", "raw.img", "-snapshot", NULL));
  check_uses ("", ARGUMENTS ("-drive", "file=raw.img,file.locking=off"));
  check_uses ("", ARGUMENTS ("-drive", "file=nbd://localhost/x", "-drive", "file=fat:rw:."));
  check_uses ("ws:raw.img", ARGUMENTS ("-drive", "file=raw.img,if=none,id=d", "-device",
                                       "virtio-blk,drive=d,share-rw=on"));
  check_uses ("w:top,1.qcow2 r:middle.qcow2 r:base.qcow2",
              ARGUMENTS ("-drive", "file=top,,1.qcow2"));
  check_uses ("w:top,1.qcow2", ARGUMENTS ("-drive", "file=top,,1.qcow2,format=raw"));
  check_uses ("w:raw.img", ARGUMENTS ("-drive", "file=json:{\"driver\":\"raw\",,\"file\":"
                                      "{\"driver\":\"file\",,\"filename\":\"raw.img\"}}"));
  check_uses ("w:middle.qcow2 r:base.qcow2",
              ARGUMENTS ("-blockdev", "{\"driver\":\"qcow2\",\"node-name\":\"a\",\"file\":"
                         "{\"driver\":\"file\",\"filename\":\"middle.qcow2\"}}"));
  check_uses ("w:top,1.qcow2 r:raw.img",
              ARGUMENTS ("-blockdev", "file,node-name=f,filename=top,,1.qcow2", "-blockdev",
                         "file,node-name=b,filename=raw.img", "-blockdev",
                         "qcow2,node-name=q,file=f,backing=b"));
  check_uses ("r:raw.img", ARGUMENTS ("-blockdev", "raw,node-name=a,read-only=on,file.driver=file,"
                                      "file.filename=raw.img"));
  check_uses ("", ARGUMENTS ("-blockdev", "file,node-name=a,filename=raw.img,locking=off"));
}

/* What other formats stand on. */
static void
test_backing (gconstpointer format)
{
  g_autofree char *base = g_strdup_printf ("%s/base.%s", drover_test_dir (), (char *) format);
  g_autofree char *middle = g_strdup_printf ("%s/middle.%s", drover_test_dir (), (char *) format);
  g_autofree char *drive = g_strdup_printf ("file=middle.%s,format=%s", (char *) format,
                                            (char *) format);
  g_autofree char *node = g_strdup_printf ("%s,node-name=n,file.driver=file,file.filename=middle.%s",
                                           (char *) format, (char *) format);
  g_autofree char *expected =
    g_strdup_printf ("w:middle.%s r:base.%s", (char *) format, (char *) format);

  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", format, base, "1M"));
  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", format, "-b", base, "-F", format, middle));
  check_uses (expected, ARGUMENTS ("-drive", drive));
  check_uses (expected, ARGUMENTS ("-blockdev", node));
}

/* A disk that is said to be raw has what a guest wrote, whatever that looks like. */
static void
test_raw_backing (gconstpointer format)
{
  g_autofree char *other = make_image ("other.img", 1024 * 1024);
  g_autofree char *base = g_build_filename (drover_test_dir (), "raw-base.img", NULL);
  g_autofree char *top = g_strdup_printf ("%s/raw-top.%s", drover_test_dir (), (char *) format);
  g_autofree char *drive = g_strdup_printf ("file=raw-top.%s", (char *) format);
  g_autofree char *expected = g_strdup_printf ("w:raw-top.%s r:raw-base.img", (char *) format);

  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", "qcow2", "-b", other, "-F", "raw", base));
  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", format, "-b", base, "-F", "raw", top));
  check_uses (expected, ARGUMENTS ("-drive", drive));

  g_unlink (top);
  g_free (g_steal_pointer (&expected));
  expected = g_strdup_printf ("w:raw-top.%s r:raw-base.img r:other.img", (char *) format);
  qemu_img (ARGUMENTS ("qemu-img", "create", "-f", format, "-b", base, "-F", "qcow2", top));
  check_uses (expected, ARGUMENTS ("-drive", drive));
}

/* Whatever the images are on, the main loop goes on. */
static void
test_beside (void)
{
  g_autofree char *raw = make_image ("beside.img", 1024 * 1024);
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (DroverImageLook) look = NULL;
  DexFuture *future;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (arguments, drover_argument_new ("-hda", raw));
  future = drover_image_look (arguments, drover_test_dir ());
  g_assert_true (dex_future_is_pending (future));
  look = drover_test_await_object (future, &error);
  g_assert_no_error (error);
  g_assert_null (drover_image_look_steal_holder (look));
}

/* Headers that lie about where and how long. */
static void
test_odd_headers (void)
{
  static const struct
  {
    const char *data;
    gsize length;
  } headers[] = {
    { "QFI\xfb\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 20 },
    { "QFI\xfb\0\0\0\2\0\0\0\0\0\0\0\x14\0\0\4\0", 20 },
    { "QED\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 24 },
    { "KDMV\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
      "\xff\xff\xff\xff\xff\xff\xff\xff", 44 },
    { "# Disk DescriptorFile\nparentFileNameHint=\"", 42 },
    { "# Disk DescriptorFile\nparentFileNameHint=\"a\nb\"", 46 },
  };
  g_autofree char *path = g_build_filename (drover_test_dir (), "odd.img", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_file_set_contents (path, headers[i].data, headers[i].length, &error);
      g_assert_no_error (error);
      check_uses ("w:odd.img", ARGUMENTS ("-drive", "file=odd.img"));
    }
}

static DroverRun *
new_disk_run (const char *option, const char *value, const char *more, const char *more_value)
{
  g_autoptr (DroverMachine) machine =
    new_machine (QEMU, ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "16", "-net", "none",
                                  "-nographic", option, value, more, more_value));

  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

static void
check_starts (const char *option, const char *value, const char *more, const char *more_value)
{
  g_autoptr (DroverRun) run = new_disk_run (option, value, more, more_value);

  start (run, FALSE);
  force_off (run);
  drop (g_steal_pointer (&run));
}

/* @by: (nullable): the folder of the machine that is in the way */
static void
check_refused (const char *by, const char *option, const char *value, const char *more,
               const char *more_value, const char *words)
{
  g_autoptr (DroverRun) run = new_disk_run (option, value, more, more_value);
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_run_start (run, FALSE), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_IN_USE);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpstr (drover_run_get_blocker (run), ==, by);
  /* It was we who said so, before there was a QEMU to say it. */
  g_assert_false (drover_run_was_started (run));
  assert_off (run);
  drop (g_steal_pointer (&run));
}

static void
test_two_machines (void)
{
  g_autofree char *path = make_image ("two.img", 1024 * 1024);
  g_autofree char *link = g_build_filename (drover_test_dir (), "link.img", NULL);
  g_autofree char *drive = g_strdup_printf ("file=%s,format=raw", path);
  g_autofree char *other = g_strdup_printf ("file=%s,format=raw,snapshot=on", link);
  g_autofree char *unlocked = g_strdup_printf ("file=%s,format=raw,file.locking=off", path);
  g_autofree char *read_only = g_strdup_printf ("file=%s,format=raw,readonly=on,if=none,id=r", path);
  g_autoptr (DroverRun) run = new_disk_run ("-drive", drive, NULL, NULL);
  g_autofree char *folder = g_strdup (drover_machine_get_folder (drover_run_get_machine (run)));
  g_autofree char *process = NULL;

  g_assert_cmpint (symlink (path, link), ==, 0);
  start (run, FALSE);
  process = g_strdup_printf ("the machine “Test” (process %d)", (int) drover_run_get_pid (run));

  /* By whatever name. */
  check_refused (folder, "-drive", drive, NULL, NULL, process);
  check_refused (folder, "-hda", link, NULL, NULL, process);
  check_refused (folder, "-drive", other, NULL, NULL, process);
  check_refused (folder, "-drive", read_only, NULL, NULL, process);
  check_starts ("-drive", unlocked, NULL, NULL);

  force_off (run);
  check_starts ("-drive", drive, NULL, NULL);
  finish (g_steal_pointer (&run));
}

/* Both may read, and both may write when both say that they share. */
static void
test_sharing (void)
{
  g_autofree char *path = make_image ("shared.img", 1024 * 1024);
  g_autofree char *drive = g_strdup_printf ("file=%s,format=raw,if=none,id=d", path);
  g_autofree char *read_only = g_strdup_printf ("file=%s,format=raw,readonly=on,if=virtio",
                                                path);
  g_autoptr (DroverRun) reader = new_disk_run ("-drive", read_only, NULL, NULL);
  g_autoptr (DroverRun) sharer = NULL;
  g_autofree char *folder = g_strdup (drover_machine_get_folder (drover_run_get_machine (reader)));

  start (reader, FALSE);
  check_starts ("-drive", read_only, NULL, NULL);
  check_refused (folder, "-drive", drive, "-device", "virtio-blk-pci,drive=d", "“Test”");
  finish (g_steal_pointer (&reader));

  sharer = new_disk_run ("-drive", drive, "-device", "virtio-blk-pci,drive=d,share-rw=on");
  start (sharer, FALSE);
  check_starts ("-drive", drive, "-device", "virtio-blk-pci,drive=d,share-rw=on");
  finish (g_steal_pointer (&sharer));
}

/* A QEMU that no Drover started. */
static void
test_foreign (void)
{
  g_autofree char *path = make_image ("foreign.img", 1024 * 1024);
  g_autofree char *drive = g_strdup_printf ("file=%s,format=raw", path);
  g_autoptr (GSubprocess) qemu = NULL;
  g_autoptr (GInputStream) output = NULL;
  g_autofree char *words = NULL;
  static const char capabilities[] = "{\"execute\":\"qmp_capabilities\"}\n";
  char greeting[1024];

  qemu = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL,
                           QEMU, "-machine", "pc", "-accel", "tcg", "-m", "16", "-net", "none",
                           "-display", "none", "-S", "-qmp", "stdio", "-drive", drive, NULL);
  /* It greets before it opens its disks, and answers after. */
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (qemu), greeting,
                                        sizeof greeting, NULL, NULL), >, 0);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (qemu), capabilities,
                                            strlen (capabilities), NULL, NULL, NULL));
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (qemu), greeting,
                                        sizeof greeting, NULL, NULL), >, 0);
  words = g_strdup_printf ("process %s (" QEMU ")", g_subprocess_get_identifier (qemu));
  check_refused (NULL, "-drive", drive, NULL, NULL, words);

  g_subprocess_force_exit (qemu);
  g_subprocess_wait (qemu, NULL, NULL);
  check_starts ("-drive", drive, NULL, NULL);
}

/* At a race it is QEMU that refuses; it is told in the same words. */
static void
test_said (void)
{
  g_autofree char *path = make_image ("said.img", 1024 * 1024);
  g_autofree char *drive = g_strdup_printf ("file=%s,format=raw", path);
  g_autoptr (DroverRun) run = new_disk_run ("-drive", drive, NULL, NULL);
  g_autoptr (GSubprocess) second = NULL;
  g_autofree char *said = NULL;
  g_autoptr (DroverImageHolder) holder = NULL;
  g_autofree char *text = NULL;

  start (run, FALSE);
  second = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, QEMU, "-machine", "pc",
                             "-accel", "tcg", "-display", "none", "-drive", drive, NULL);
  g_assert_true (g_subprocess_communicate_utf8 (second, NULL, NULL, NULL, &said, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 1);

  holder = drover_image_holder_find_said (said, "/");
  g_assert_nonnull (holder);
  g_assert_cmpint (holder->pid, ==, drover_run_get_pid (run));
  g_assert_cmpstr (holder->path, ==, path);
  g_assert_cmpstr (holder->folder, ==, drover_machine_get_folder (drover_run_get_machine (run)));
  text = drover_image_holder_describe (holder);
  g_assert_nonnull (strstr (text, "the machine “Test”"));
  g_assert_null (drover_image_holder_find_said ("Could not open 'x': No such file", "/"));
  finish (g_steal_pointer (&run));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/image-use/uses", test_uses);
  g_test_add_data_func ("/image-use/backing/qcow", "qcow", test_backing);
  g_test_add_data_func ("/image-use/backing/qed", "qed", test_backing);
  g_test_add_data_func ("/image-use/backing/vmdk", "vmdk", test_backing);
  g_test_add_data_func ("/image-use/raw-backing/qcow2", "qcow2", test_raw_backing);
  g_test_add_data_func ("/image-use/raw-backing/qed", "qed", test_raw_backing);
  g_test_add_func ("/image-use/beside", test_beside);
  g_test_add_func ("/image-use/odd-headers", test_odd_headers);
  g_test_add_func ("/image-use/two-machines", test_two_machines);
  g_test_add_func ("/image-use/sharing", test_sharing);
  g_test_add_func ("/image-use/foreign", test_foreign);
  g_test_add_func ("/image-use/said", test_said);
  return drover_test_run ();
}
