/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-check.h"
#include "drover-error.h"
#include "drover-paths.h"
#include "drover-program.h"
#include "drover-qmp.h"
#include "drover-test.h"

static char *folder;

/* Words as a shell has them; an option's value is the next word unless that begins with a dash,
 * and `-nographic` and its kind have none. */
static DroverDocument *
make_document (const char *program, const char *const *words)
{
  static const char *const alone[] = { "-nographic", "-daemonize", "-S", "-s", "-snapshot",
                                       "-nosuchoption", NULL };
  g_autoptr (DroverDocument) document = drover_document_new ("test", program);
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean has_value = words[i][0] == '-' && !g_strv_contains (alone, words[i]) &&
                           words[i + 1] != NULL;

      g_ptr_array_add (arguments, words[i][0] != '-' ? drover_argument_new (NULL, words[i])
                       : drover_argument_new (words[i], has_value ? words[i + 1] : NULL));
      i += has_value;
    }

  return drover_document_with_arguments (document, arguments);
}

static DroverCheck *
run_check (const char *const *words)
{
  g_autoptr (DroverDocument) document = make_document ("qemu-system-x86_64", words);
  g_autoptr (GError) error = NULL;
  DroverCheck *check = drover_test_await_boxed (drover_check_run (document, folder), &error);

  g_assert_no_error (error);
  g_assert_nonnull (check);
  return check;
}

static void
print_problems (DroverCheck *check)
{
  for (guint i = 0; i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      g_test_message ("%s %d %s", problem->fatal ? "fatal" : "warning", problem->argument,
                      problem->message);
    }
}

static void
assert_passes (const char *const *words)
{
  g_autoptr (DroverCheck) check = run_check (words);
  g_autofree char *line = g_strjoinv (" ", (GStrv) words);

  if (!check->passed)
    {
      print_problems (check);
      g_error ("does not pass: %s", line);
    }
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* What fails, in which argument, and what of its value is marked ("" for the whole). */
typedef struct
{
  const char *words[9];
  int argument;
  const char *marked;
} Failure;

static const Failure failures[] = {
  { { "-device", "foo" }, 0, "foo" },
  { { "-m", "64", "-device", "virtio-net-pci,foo=1" }, 1, "foo=1" },
  { { "-device", "e1000,mac=xx" }, 0, "mac=xx" },
  { { "-m", "64", "-device", "{\"driver\":\"virtio-net-pci\",\"foo\":1}" }, 1, "foo" },
  { { "-device", "{\"driver\":" }, 0, "" },
  { { "-device", "e1000,id=a", "-device", "e1000,id=a" }, 1, "a" },
  { { "-device", "e1000", "-device", "virtio-rng-pci,id=a", "-device", "e1000,id=a" }, 2, "a" },
  { { "-device", "ide-hd,drive=nope" }, 0, "drive=nope" },
  { { "-device", "e1000,bus=nope" }, 0, "nope" },
  { { "-machine", "foo" }, 0, "foo" },
  { { "-m", "64", "-M", "pc,foo=1" }, 1, "foo=1" },
  { { "-M", "pc,usb=perhaps" }, 0, "usb=perhaps" },
  { { "-M", "pc,accel=foo" }, 0, "foo" },
  { { "-m", "64", "-accel", "foo" }, 1, "" },
  { { "-cpu", "foo" }, 0, "foo" },
  { { "-m", "64", "-cpu", "qemu64,+foo" }, 1, "+foo" },
  { { "-cpu", "qemu64,foo=1" }, 0, "foo=1" },
  { { "-accel", "tcg", "-cpu", "host" }, 1, "host" },
  { { "-m", "foo" }, 0, "" },
  { { "-m", "64" , "-smp", "3,cores=2,sockets=1" }, 1, "" },
  { { "-hda", "missing.img" }, 0, "missing.img" },
  { { "-m", "64", "missing.img" }, 1, "missing.img" },
  { { "-cdrom", "missing.iso" }, 0, "missing.iso" },
  { { "-m", "64", "-drive", "file=missing.img,if=virtio" }, 1, "missing.img" },
  { { "-drive", "file=raw.img,format=raw,foo=1" }, 0, "foo=1" },
  { { "-drive", "file=raw.img,format=qcow2" }, 0, "" },
  { { "-blockdev", "driver=raw,node-name=a,file.driver=file,file.filename=gone" }, 0, "gone" },
  { { "-blockdev", "driver=raw,node-name=a,file.driver=file,file.filename=raw.img,foo=1" }, 0,
    "foo=1" },
  { { "-blockdev", "driver=file,node-name=f,filename=raw.img", "-blockdev",
      "driver=qcow2,node-name=d,file=f" }, 1, "" },
  { { "-netdev", "user,id=a,foo=1" }, 0, "foo=1" },
  { { "-netdev", "user,id=a", "-netdev", "user,id=a" }, 1, "a" },
  { { "-netdev", "user,id=a,hostfwd=nonsense" }, 0, "nonsense" },
  { { "-m", "64", "-kernel", "missing" }, 1, "missing" },
  { { "-append", "x" }, 0, "" },
  { { "-bios", "missing" }, 0, "missing" },
  { { "-object", "secret,id=s,file=missing" }, 0, "missing" },
  { { "-object", "memory-backend-ram,id=x,size=1M,foo=1" }, 0, "foo=1" },
  { { "-chardev", "foo,id=a" }, 0, "foo" },
  { { "-serial", "chardev:nope" }, 0, "chardev:nope" },
  { { "-display", "foo" }, 0, "foo" },
  { { "-m", "64", "-vga", "foo" }, 1, "" },
  { { "-vnc", ":3,foo=on" }, 0, "foo=on" },
  { { "-device", "e1000", "-global", "e1000.bar=1" }, 1, "e1000.bar=1" },
  { { "-set", "device.nope.x=1" }, 0, "nope" },
  { { "-nosuchoption", "-m", "64" }, 0, "" },
  { { "-device", "help" }, 0, "" },
  { { "-d", "foo" }, 0, "" },
  { { "-m", "64", "-kernel", "$(find / -name vmlinuz)" }, 1, "$(find / -name vmlinuz)" },
};

static const DroverCheckProblem *
find_problem (DroverCheck *check, const Failure *failure, const char *value)
{
  for (guint i = 0; i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];
      g_autofree char *marked = value != NULL
        ? g_strndup (value + problem->start, problem->end - problem->start) : g_strdup ("");

      if (problem->fatal && problem->argument == failure->argument &&
          g_str_equal (marked, failure->marked))
        return problem;
    }

  return NULL;
}

static void
test_failures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (DroverDocument) document =
        make_document ("qemu-system-x86_64", failures[i].words);
      g_autoptr (DroverCheck) check = run_check (failures[i].words);
      GPtrArray *arguments = drover_document_get_arguments (document);
      const char *value = drover_argument_get_value (arguments->pdata[failures[i].argument]);
      g_autofree char *line = g_strjoinv (" ", (GStrv) failures[i].words);

      if (check->passed || find_problem (check, &failures[i], value) == NULL)
        {
          print_problems (check);
          g_error ("not found: “%s” in argument %d of: %s", failures[i].marked,
                   failures[i].argument, line);
        }
      g_assert_true (((DroverCheckProblem *) check->problems->pdata[0])->fatal);
      for (guint p = 0; p < check->problems->len; p++)
        g_assert_null (strstr (((DroverCheckProblem *) check->problems->pdata[p])->message,
                               drover_test_dir ()));
    }
}

static void
test_warnings (void)
{
  g_autoptr (DroverCheck) check =
    run_check (WORDS ("-m", "64", "-global", "foo.bar=1", "-netdev", "user,id=n"));

  print_problems (check);
  g_assert_true (check->passed);
  g_assert_cmpuint (check->problems->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      g_assert_false (problem->fatal);
      g_assert_cmpint (problem->argument, ==, strstr (problem->message, "foo") ? 1 : 2);
    }
}

static void
test_disabled_arguments (void)
{
  g_autoptr (DroverDocument) document =
    make_document ("qemu-system-x86_64", WORDS ("-m", "64", "-device", "foo", "-device", "bar"));
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (GPtrArray) changed =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (DroverDocument) other = NULL;
  g_autoptr (DroverCheck) check = NULL;

  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add (changed, i == 1 ? drover_argument_with_enabled (arguments->pdata[i], FALSE)
                                     : drover_argument_ref (arguments->pdata[i]));
  other = drover_document_with_arguments (document, changed);

  /* It is not asked for, and does not move the place of the next one. */
  check = drover_test_await_boxed (drover_check_run (other, folder), NULL);
  g_assert_false (check->passed);
  g_assert_cmpuint (check->problems->len, ==, 1);
  g_assert_cmpint (((DroverCheckProblem *) check->problems->pdata[0])->argument, ==, 2);
}

static void
test_program_missing (void)
{
  g_autoptr (DroverDocument) document = make_document ("qemu-system-nonesuch", WORDS ("-m", "1G"));
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_test_await_boxed (drover_check_run (document, folder), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
}

static void
test_cancelled (void)
{
  g_autoptr (DroverDocument) document = make_document ("qemu-system-x86_64", WORDS ("-m", "64"));
  g_autoptr (DroverCheck) check = NULL;

  /* Nobody waits for the first one; it ends all the same, before or after the second. */
  dex_unref (drover_check_run (document, folder));
  check = drover_test_await_boxed (drover_check_run (document, folder), NULL);
  g_assert_true (check->passed);
}

/* -- nothing changes -- */

static const char *const images[] = { "raw.img", "disk.qcow2", "over.qcow2", "base.qcow2",
                                      "flash.fd", "floppy.img", "memory.bin", NULL };

static char *
dup_state (void)
{
  GString *state = g_string_new (NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  /* The folder's own time tells of files that came and went. */
  g_ptr_array_add (names, g_strdup ("."));
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      g_autofree char *contents = NULL;
      g_autofree char *sum = NULL;
      gsize length = 0;
      struct stat info;

      g_assert_no_errno (stat (path, &info));
      if (S_ISREG (info.st_mode))
        g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
      sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) contents, length);
      g_string_append_printf (state, "%s %s %ld.%09ld\n", (char *) names->pdata[i], sum,
                              (long) info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    }

  return g_string_free_and_steal (state);
}

static guint
count_scratch_folders (void)
{
  g_autofree char *runtime_dir = drover_paths_dup_runtime_dir (NULL);
  g_autoptr (GDir) dir = g_dir_open (runtime_dir, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "check-");

  return n;
}

/* Every kind of disk, each with its images, and what else would leave a trace. */
static const char *const busy_machines[][17] = {
  { "-M", "q35", "-drive", "file=raw.img,format=raw,if=virtio", "-hda", "disk.qcow2" },
  { "-hda", "over.qcow2", "-fda", "floppy.img", "-cdrom", "raw.img" },
  { "-M", "q35", "-drive", "if=pflash,format=raw,file=flash.fd", "raw.img" },
  { "-device", "virtio-scsi", "-drive", "if=none,id=d,file=disk.qcow2,cache=none,discard=unmap",
    "-device", "scsi-hd,drive=d" },
  { "-drive", "if=none,node-name=d,file=disk.qcow2", "-device", "ide-hd,drive=d" },
  { "-drive", "if=none,id=d,file=raw.img,format=raw,readonly=on", "-device",
    "virtio-blk,drive=d" },
  { "-blockdev", "driver=file,node-name=f,filename=disk.qcow2", "-blockdev",
    "driver=qcow2,node-name=d,file=f,discard=unmap", "-device", "ide-hd,drive=d" },
  { "-blockdev",
    "{\"driver\":\"qcow2\",\"node-name\":\"d\",\"file\":{\"driver\":\"file\","
    "\"filename\":\"over.qcow2\",\"cache\":{\"direct\":true}}}",
    "-device", "{\"driver\":\"virtio-blk-pci\",\"drive\":\"d\",\"id\":\"x\"}" },
  { "-M", "q35,pflash0=p", "-blockdev", "driver=raw,node-name=p,file.driver=file,"
    "file.filename=flash.fd", "-blockdev", "driver=raw,node-name=r,read-only=on,"
    "file.driver=file,file.filename=raw.img", "-device", "virtio-blk,drive=r" },
  { "-m", "128M", "-M", "pc,memory-backend=m", "-object",
    "memory-backend-file,id=m,size=128M,mem-path=memory.bin,share=on,prealloc=on" },
  { "-m", "64M", "-M", "pc,memory-backend=m", "-object",
    "memory-backend-file,id=m,size=64M,mem-path=new-memory.bin,share=on" },
  { "-daemonize", "-pidfile", "pid", "-D", "log", "-serial", "file:serial.txt", "-chardev",
    "file,id=c,path=chardev.txt,logfile=c.log", "-device", "isa-serial,chardev=c" },
  { "-netdev", "user,id=n", "-device", "e1000,netdev=n", "-object",
    "filter-dump,id=d,netdev=n,file=net.pcap" },
  { "-icount", "shift=auto,rr=record,rrfile=replay.bin", "-incoming", "tcp:0:4444", "-qmp",
    "unix:qmp.sock,server", "-vnc", "unix:vnc.sock" },
  { "-M", "pc,dumpdtb=dump.dtb", "-nographic", "-trace", "file=trace.txt", "-snapshot" },
};

static void
test_nothing_changes (void)
{
  g_autofree char *before = dup_state ();

  for (guint i = 0; i < G_N_ELEMENTS (busy_machines); i++)
    {
      g_autofree char *after = NULL;

      assert_passes (busy_machines[i]);
      after = dup_state ();
      g_assert_cmpstr (after, ==, before);
    }
  g_assert_cmpuint (count_scratch_folders (), ==, 0);
}

/* -- in use -- */

typedef struct
{
  GSubprocess *process;
  DroverQmp *qmp;
} Machine;

/* The same command, really run, as paused as a check; its disks are locked when it answers. */
static void
start_machine (Machine *machine, const char *const *words)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_strv_builder_add (builder, "qemu-system-x86_64");
  g_strv_builder_addv (builder, (const char **) words);
  g_strv_builder_add_many (builder, "-S", "-display", "none", "-chardev", "socket,id=t,fd=9",
                           "-mon", "chardev=t,mode=control", NULL);
  argv = g_strv_builder_end (builder);

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  socket = g_socket_new_from_fd (fds[0], NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  g_subprocess_launcher_take_fd (launcher, fds[1], 9);
  g_subprocess_launcher_set_cwd (launcher, folder);
  machine->process =
    g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  machine->qmp =
    drover_test_await_object (drover_qmp_open (G_IO_STREAM (connection), 30000), &error);
  g_assert_no_error (error);
}

static void
stop_machine (Machine *machine)
{
  g_subprocess_force_exit (machine->process);
  drover_test_await (dex_subprocess_wait_check (machine->process), NULL);
  g_object_unref (machine->process);
  g_object_unref (machine->qmp);
}

static void
test_in_use (void)
{
  const guint n_disks = 9;

  for (guint i = 0; i < n_disks; i++)
    {
      Machine machine;
      g_autoptr (GError) error = NULL;

      start_machine (&machine, busy_machines[i]);
      assert_passes (busy_machines[i]);
      g_assert_true (drover_test_await (drover_qmp_execute (machine.qmp, "query-status", NULL),
                                        &error));
      stop_machine (&machine);
    }
}

static void
test_ports_in_use (void)
{
  g_autoptr (GSocket) socket =
    g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *network = NULL;
  g_autofree char *chardev = NULL;
  g_autoptr (DroverCheck) check = NULL;
  int port;

  g_assert_true (g_socket_bind (socket, any, TRUE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  address = g_socket_get_local_address (socket, NULL);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  network = g_strdup_printf ("user,hostfwd=tcp:127.0.0.1:%d-:22", port);
  chardev = g_strdup_printf ("socket,id=c,host=127.0.0.1,port=%d,server=on,wait=on", port);

  check = run_check (WORDS ("-m", "64", "-nic", network, "-chardev", chardev));
  print_problems (check);
  g_assert_true (check->passed);
  g_assert_cmpuint (check->problems->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      g_assert_false (problem->fatal);
      g_assert_cmpint (problem->argument, ==, i + 1);
      g_assert_cmpuint (problem->end, >, problem->start);
    }
}

/* Nobody is talked to: a client that came would be seen here. */
static void
test_nobody_is_connected_to (void)
{
  g_autofree char *path = g_build_filename (folder, "peer", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket =
    g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autofree char *chardev = g_strdup_printf ("socket,id=c,path=%s", path);
  g_autoptr (DroverCheck) check = NULL;

  g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  check = run_check (WORDS ("-m", "64", "-chardev", chardev, "-tpmdev", "emulator,id=t,chardev=c",
                            "-device", "tpm-tis,tpmdev=t", "-device", "usb-host,vendorid=1"));
  print_problems (check);
  g_assert_true (check->passed);
  g_assert_cmpuint (check->problems->len, ==, 3);
  g_assert_false (g_socket_condition_check (socket, G_IO_IN) & G_IO_IN);
  g_assert_no_errno (g_unlink (path));
}

static void
run_tool (const char *const *argv)
{
  int status;

  g_assert_true (g_spawn_sync (NULL, (GStrv) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

static void
make_image (const char *format, const char *name, const char *size, const char *base)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_strv_builder_add_many (builder, "qemu-img", "create", "-q", "-f", format, NULL);
  if (base != NULL)
    g_strv_builder_add_many (builder, "-b", base, "-F", "qcow2", NULL);
  g_strv_builder_add_many (builder, path, size, NULL);
  argv = g_strv_builder_end (builder);
  run_tool ((const char *const *) argv);

  /* Who opens such an image for writing writes to it. */
  if (g_str_equal (format, "qcow2"))
    run_tool (WORDS ("qemu-img", "bitmap", "--add", path, "bitmap"));
}

int
main (int argc, char *argv[])
{
  g_autofree char *program = NULL;
  g_autofree char *tool = NULL;
  int result;

  drover_test_init (&argc, &argv);
  program = drover_program_find ("qemu-system-x86_64", NULL);
  tool = drover_program_find ("qemu-img", NULL);
  if (program == NULL || tool == NULL)
    {
      g_print ("1..0 # SKIP there is no qemu-system-x86_64 or qemu-img\n");
      return 0;
    }

  folder = g_build_filename (drover_test_dir (), "machine", NULL);
  g_assert_no_errno (g_mkdir (folder, 0700));
  make_image ("raw", images[0], "10M", NULL);
  make_image ("qcow2", images[1], "10M", NULL);
  make_image ("qcow2", images[3], "10M", NULL);
  make_image ("qcow2", images[2], "10M", images[3]);
  make_image ("raw", images[4], "4M", NULL);
  make_image ("raw", images[5], "1440K", NULL);
  make_image ("raw", images[6], "128M", NULL);

  g_test_add_func ("/check/failures", test_failures);
  g_test_add_func ("/check/warnings", test_warnings);
  g_test_add_func ("/check/disabled-arguments", test_disabled_arguments);
  g_test_add_func ("/check/program-missing", test_program_missing);
  g_test_add_func ("/check/nobody-waits", test_cancelled);
  g_test_add_func ("/check/nothing-changes", test_nothing_changes);
  g_test_add_func ("/check/in-use", test_in_use);
  g_test_add_func ("/check/ports-in-use", test_ports_in_use);
  g_test_add_func ("/check/nobody-is-connected-to", test_nobody_is_connected_to);
  result = drover_test_run ();
  g_free (folder);
  return result;
}
