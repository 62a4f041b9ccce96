/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-launch-plan.h"
#include "drover-test.h"

/* What is started for which arguments: golden/NAME.txt has the command line, one argument a
 * line. With DROVER_TEST_REGENERATE=1 in the environment those files are written instead, to
 * be read over before they are committed. */

#define RUNTIME_DIR "/run/user/1000/drover/uuid"
#define LOG_DIR "/home/me/.local/state/drover/machines/slug"

typedef struct
{
  const char *name;
  const char *const arguments[12]; /* ` ` before one: it is switched off */
  const char *accelerator;
  const char *runtime_dir;
  guint n_notices;
  gboolean start_paused;
  const char *consoles; /* titles; `!` after one that Ctrl-C ends */
} Case;

static const Case cases[] = {
  { .name = "plain", .arguments = { "-m", "1G" }, .consoles = "Serial console" },
  { .name = "nographic", .arguments = { "-nographic" }, .consoles = "Serial console" },
  { .name = "nographic-serial-stdio",
    .arguments = { "-nographic", "-serial", "stdio" },
    .consoles = "Serial console!, QEMU monitor!" },
  { .name = "nographic-serial-mon-stdio",
    .arguments = { "-nographic", "-serial", "mon:stdio" },
    .consoles = "Serial console" },
  { .name = "nographic-monitor-stdio",
    .arguments = { "-nographic", "-monitor", "stdio" },
    .consoles = "QEMU monitor!, Serial console!" },
  { .name = "nographic-monitor-none",
    .arguments = { "-nographic", "-monitor", "none" },
    .consoles = "Serial console!" },
  { .name = "nographic-serial-none",
    .arguments = { "-nographic", "-serial", "none" },
    .consoles = "QEMU monitor!" },
  { .name = "nographic-serial-file",
    .arguments = { "-nographic", "-serial", "file:out.txt", "-monitor", "none" },
    .consoles = "" },
  { .name = "nographic-nodefaults",
    .arguments = { "-nographic", "-nodefaults" },
    .consoles = "" },
  { .name = "nodefaults-serial-stdio",
    .arguments = { "-nodefaults", "-serial", "stdio" },
    .consoles = "Serial console!" },
  { .name = "nographic-isa-serial",
    .arguments = { "-nographic", "-chardev", "null,id=n", "-device", "isa-serial,chardev=n" },
    .consoles = "QEMU monitor!" },
  { .name = "nographic-isa-serial-json",
    .arguments = { "-nographic", "-chardev", "null,id=n", "-device",
                   "{\"driver\":\"isa-serial\",\"chardev\":\"n\"}" },
    .consoles = "QEMU monitor!" },
  { .name = "nographic-qmp-stdio",
    .arguments = { "-nographic", "-qmp", "stdio" },
    .consoles = "QMP!, Serial console!" },
  { .name = "nographic-mon",
    .arguments = { "-nographic", "-chardev", "null,id=n", "-mon", "chardev=n" },
    .consoles = "Serial console!" },
  { .name = "serial-stdio", .arguments = { "-serial", "stdio" }, .consoles = "Serial console!" },
  { .name = "serial-stdio-two-dashes",
    .arguments = { "--serial", "stdio" },
    .consoles = "Serial console!" },
  { .name = "serial-mon-stdio",
    .arguments = { "-serial", "mon:stdio" },
    .consoles = "Serial console" },
  { .name = "serial-pty", .arguments = { "-serial", "pty" }, .n_notices = 1, .consoles = "" },
  { .name = "serial-vc",
    .arguments = { "-serial", "vc", "-serial", "vc:80Cx24C", "-monitor", "vc" },
    .n_notices = 2, .consoles = "Serial console, Serial console 2" },
  { .name = "serial-mon-vc",
    .arguments = { "-serial", "mon:vc" },
    .n_notices = 1, .consoles = "Serial console" },
  { .name = "chardev-vc",
    .arguments = { "-chardev", "vc,id=hvc,cols=80,rows=25", "-device", "virtio-serial", "-device",
                   "virtconsole,chardev=hvc", "-chardev", "pty,id=p", "-serial", "none" },
    .n_notices = 2, .consoles = "Virtio console “hvc”" },
  { .name = "monitor-stdio",
    .arguments = { "-monitor", "stdio" },
    .consoles = "QEMU monitor!, Serial console" },
  { .name = "qmp-pretty-stdio", .arguments = { "-qmp-pretty", "stdio" },
    .consoles = "QMP!, Serial console" },
  { .name = "parallel-stdio",
    .arguments = { "-parallel", "stdio" },
    .consoles = "Parallel port!, Serial console" },
  { .name = "debugcon-stdio",
    .arguments = { "-debugcon", "stdio" },
    .consoles = "Debug console!, Serial console" },
  { .name = "chardev-stdio",
    .arguments = { "-chardev", "stdio,id=mine", "-serial", "chardev:mine" },
    .consoles = "Serial console “mine”!" },
  { .name = "chardev-stdio-mux",
    .arguments = { "-chardev", "stdio,id=mine,mux=on,signal=off", "-serial", "chardev:mine",
                   "-mon", "chardev=mine,mode=readline" },
    .consoles = "Serial console “mine”" },
  { .name = "chardev-stdio-nosignal",
    .arguments = { "-chardev", "stdio,mux,nosignal,id=mine", "-serial", "chardev:mine" },
    .consoles = "Serial console “mine”" },
  { .name = "chardev-stdio-logfile",
    .arguments = { "-chardev", "stdio,id=mine,logfile=my,,log.txt,logappend=on", "-serial",
                   "chardev:mine" },
    .consoles = "Serial console “mine”!" },
  { .name = "chardev-stdio-backend",
    .arguments = { "-chardev", "id=mine,backend=stdio", "-serial", "chardev:mine" },
    .consoles = "Serial console “mine”!" },
  { .name = "chardev-file",
    .arguments = { "-chardev", "file,id=f,path=stdio", "-serial", "chardev:f" },
    .consoles = "" },
  { .name = "paused", .arguments = { "-S", "-nographic" }, .start_paused = TRUE,
    .consoles = "Serial console" },
  { .name = "daemonize", .arguments = { "-daemonize", "-m", "1G" }, .n_notices = 1,
    .consoles = "Serial console" },
  { .name = "disabled",
    .arguments = { " -nographic", " -S", " -serial", "-m", "1G", " -daemonize" },
    .consoles = "Serial console" },
  { .name = "accelerator", .arguments = { "-nographic" }, .accelerator = "tcg",
    .consoles = "Serial console" },
  { .name = "commas",
    .arguments = { "-nographic" },
    .runtime_dir = "/tmp/a,b/drover,,x",
    .consoles = "Serial console" },
  { .name = "as-typed",
    .arguments = { "--m", "1G,,", "-drive", "file=my disk,,x.img,if=virtio,", "-append",
                   "console=ttyS0  \"quoted\" $HOME" },
    .consoles = "Serial console" },
  { .name = "bare-image", .arguments = { "+disk.img" }, .consoles = "Serial console" },
};

static DroverDocument *
make_document (const char *const *arguments)
{
  g_autoptr (DroverDocument) empty = drover_document_new ("N", "qemu-system-x86_64");
  g_autoptr (GPtrArray) list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; arguments[i] != NULL; i++)
    {
      gboolean off = arguments[i][0] == ' ';
      gboolean bare = arguments[i][0] == '+';
      const char *next = bare || off ? NULL : arguments[i + 1];
      gboolean has_value = next != NULL && strchr ("- +", next[0]) == NULL;
      g_autoptr (DroverArgument) argument =
        bare ? drover_argument_new (NULL, arguments[i] + 1)
             : drover_argument_new (arguments[i] + off, has_value ? next : NULL);

      g_ptr_array_add (list, drover_argument_with_enabled (argument, !off));
      i += has_value;
    }

  return drover_document_with_arguments (empty, list);
}

static char *
describe_consoles (DroverLaunchPlan *plan)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < plan->consoles->len; i++)
    {
      DroverConsolePlan *console = plan->consoles->pdata[i];

      g_assert_nonnull (console->id);
      g_assert_nonnull (console->path);
      g_assert_nonnull (console->log);
      g_ptr_array_add (titles,
                       g_strconcat (console->title, console->ctrl_c_quits ? "!" : "", NULL));
    }

  g_ptr_array_add (titles, NULL);
  return g_strjoinv (", ", (char **) titles->pdata);
}

static gboolean
regenerates (void)
{
  return g_strcmp0 (g_getenv ("DROVER_TEST_REGENERATE"), "1") == 0;
}

static void
check_golden (const char *name, const char *text)
{
  g_autofree char *file = g_strconcat (name, ".txt", NULL);
  g_autofree char *path =
    g_test_build_filename (G_TEST_DIST, "core", "run", "golden", file, NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  if (regenerates ())
    {
      g_file_set_contents (path, text, -1, &error);
      g_assert_no_error (error);
      return;
    }

  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_golden (gconstpointer data)
{
  const Case *one = data;
  g_autoptr (DroverDocument) document = make_document (one->arguments);
  g_autoptr (DroverLaunchPlan) plan =
    drover_launch_plan_new (document, one->runtime_dir ? one->runtime_dir : RUNTIME_DIR,
                            one->runtime_dir ? one->runtime_dir : LOG_DIR, one->accelerator);
  g_autofree char *joined = g_strjoinv ("\n", plan->argv);
  g_autofree char *text = g_strconcat (joined, "\n", NULL);
  g_autofree char *consoles = describe_consoles (plan);

  g_assert_cmpstr (consoles, ==, one->consoles);
  g_assert_cmpuint (g_strv_length (plan->notices), ==, one->n_notices);
  g_assert_true (plan->start_paused == one->start_paused);
  check_golden (one->name, text);
}

/* A file that no case speaks of is a case that somebody dropped by mistake. */
static void
test_no_stray_files (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "core", "run", "golden", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  if (regenerates ())
    {
      g_test_skip ("the files are being written");
      return;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, ".txt");
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (cases));
}

static void
test_names_accelerator (void)
{
  static const struct
  {
    const char *const arguments[5];
    gboolean names;
  } lists[] = {
    { { "-m", "1G" }, FALSE },
    { { "-accel", "kvm" }, TRUE },
    { { "--accel", "tcg,thread=single" }, TRUE },
    { { "-enable-kvm" }, TRUE },
    { { "-no-kvm" }, TRUE },
    { { "-machine", "q35" }, FALSE },
    { { "-machine", "q35,accel=kvm:tcg" }, TRUE },
    { { "-M", "q35,accel=tcg" }, TRUE },
    { { "-M", "accel=tcg", "-M", "q35" }, TRUE },
    { { " -enable-kvm", " -accel" }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (DroverDocument) document = make_document (lists[i].arguments);

      g_assert_true (drover_launch_plan_names_accelerator (document) == lists[i].names);
    }
}

static void
test_dup_value (void)
{
  const char *const arguments[] = { "-machine", "pc,usb=on", "--machine", "q35", " -machine",
                                    "-m", "size=1G", NULL };
  g_autoptr (DroverDocument) document = make_document (arguments);
  g_autofree char *type = drover_launch_plan_dup_value (document, "machine", "type", "type");
  g_autofree char *usb = drover_launch_plan_dup_value (document, "machine", "type", "usb");
  g_autofree char *size = drover_launch_plan_dup_value (document, "m", "size", "size");
  g_autofree char *none = drover_launch_plan_dup_value (document, "cpu", "model", "model");

  g_assert_cmpstr (type, ==, "q35");
  g_assert_cmpstr (usb, ==, "on");
  g_assert_cmpstr (size, ==, "1G");
  g_assert_null (none);
}

static void
test_wants_display (void)
{
  static const struct
  {
    const char *program;
    const char *const arguments[7];
    gboolean wants;
  } lists[] = {
    { "qemu-system-x86_64", { "-m", "1G" }, TRUE },
    { "/opt/qemu-system-i386", { NULL }, TRUE },
    { "qemu-system-x86_64", { "-nographic" }, FALSE },
    { "qemu-system-x86_64", { " -nographic" }, TRUE },
    { "qemu-system-x86_64", { "-vnc", ":0" }, FALSE },
    { "qemu-system-x86_64", { "--display", "none" }, FALSE },
    { "qemu-system-x86_64", { "-spice", "port=1" }, FALSE },
    { "qemu-system-x86_64", { "-vga", "none" }, FALSE },
    { "qemu-system-x86_64", { "-vga", "none", "-device", "virtio-gpu-pci" }, TRUE },
    { "qemu-system-x86_64", { "-nodefaults" }, FALSE },
    { "qemu-system-x86_64", { "-nodefaults", "-vga", "std" }, TRUE },
    { "qemu-system-x86_64", { "-nodefaults", "-device", "{\"driver\":\"VGA\"}" }, TRUE },
    { "qemu-system-x86_64", { "-nodefaults", "-device", "virtio-net-pci,id=vga" }, FALSE },
    { "qemu-system-x86_64", { "-machine", "microvm" }, FALSE },
    { "qemu-system-aarch64", { "-machine", "virt" }, FALSE },
    { "qemu-system-aarch64", { "-M", "raspi4b" }, TRUE },
    { "qemu-system-aarch64", { "-M", "virt", "-device", "ramfb" }, TRUE },
    { "qemu-system-s390x", { NULL }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (DroverDocument) document = make_document (lists[i].arguments);
      g_autoptr (DroverDocument) other =
        drover_document_with_program (document, lists[i].program);

      g_test_message ("%u", i);
      g_assert_cmpint (drover_launch_plan_wants_display (other), ==, lists[i].wants);
    }
}

static guint
count_word (DroverLaunchPlan *plan, const char *word)
{
  guint n = 0;

  for (guint i = 0; plan->argv[i] != NULL; i++)
    n += g_str_equal (plan->argv[i], word);

  return n;
}

static void
test_display (void)
{
  const char *const arguments[] = { "-m", "1G", NULL };
  g_autoptr (DroverDocument) document = make_document (arguments);
  g_autoptr (DroverLaunchPlan) with = drover_launch_plan_new_with_display (
    document, RUNTIME_DIR, LOG_DIR, NULL, "gtk");
  g_autoptr (DroverLaunchPlan) without =
    drover_launch_plan_new (document, RUNTIME_DIR, LOG_DIR, NULL);
  g_autofree char *text = g_strjoinv (" ", with->argv);

  g_autofree char *named = NULL;
  const char *const name[] = { "-name", "mine", NULL };
  g_autoptr (DroverDocument) own = make_document (name);
  g_autoptr (DroverLaunchPlan) of_own =
    drover_launch_plan_new_with_display (own, RUNTIME_DIR, LOG_DIR, NULL, "gtk");
  g_autoptr (DroverLaunchPlan) unseen =
    drover_launch_plan_new_with_display (document, RUNTIME_DIR, LOG_DIR, NULL, "none");

  /* The window says whose it is, unless the arguments do. */
  named = g_strdup_printf (" -display gtk -name guest=%s ", drover_document_get_name (document));
  g_assert_nonnull (strstr (text, named));
  g_assert_cmpuint (g_strv_length (with->argv), ==, g_strv_length (without->argv) + 4);
  g_assert_cmpuint (g_strv_length (unseen->argv), ==, g_strv_length (without->argv) + 2);
  g_assert_cmpuint (count_word (of_own, "-name"), ==, 1);
}

/* Where it is disposable already, it is not so twice. */
static void
test_disposable (void)
{
  const char *const plain[] = { "-m", "1G", NULL };
  const char *const snapshot[] = { "-m", "1G", "-snapshot", NULL };
  g_autoptr (DroverDocument) document = make_document (plain);
  g_autoptr (DroverDocument) own = make_document (snapshot);
  g_autoptr (DroverLaunchPlan) plan =
    drover_launch_plan_new (document, RUNTIME_DIR, LOG_DIR, NULL);
  g_autoptr (DroverLaunchPlan) of_own = drover_launch_plan_new (own, RUNTIME_DIR, LOG_DIR, NULL);

  drover_launch_plan_make_disposable (plan, FALSE);
  drover_launch_plan_make_disposable (of_own, TRUE);
  g_assert_cmpuint (count_word (plan, "-snapshot"), ==, 1);
  g_assert_cmpuint (count_word (of_own, "-snapshot"), ==, 1);
  g_assert_cmpuint (g_strv_length (plan->notices), ==, 0);
  g_assert_cmpuint (g_strv_length (of_own->notices), ==, 1);
}

/* No board, no serial port; so the monitor is all that is on the terminal. */
static void
test_no_board (void)
{
  static const char *const words[][4] = { { "-M", "none", "-nographic" },
                                          { "-machine", "type=none", "-nographic" },
                                          { "-M", "pc", "-nographic" } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (DroverDocument) document = make_document (words[i]);
      g_autoptr (DroverLaunchPlan) plan =
        drover_launch_plan_new (document, RUNTIME_DIR, LOG_DIR, NULL);

      g_assert_cmpuint (count_word (plan, "-serial"), ==, i == 2);
      g_assert_cmpuint (plan->consoles->len, ==, 1);
    }
}

/* The user's own log is where the console's history is then. */
static void
test_logs (void)
{
  const char *const arguments[] = { "-chardev", "stdio,id=a,logfile=my,,log", "-serial", "stdio",
                                    NULL };
  g_autoptr (DroverDocument) document = make_document (arguments);
  g_autoptr (DroverLaunchPlan) plan =
    drover_launch_plan_new (document, RUNTIME_DIR, LOG_DIR, NULL);
  DroverConsolePlan *mine = plan->consoles->pdata[0];
  DroverConsolePlan *serial = plan->consoles->pdata[1];

  g_assert_cmpstr (mine->log, ==, "my,log");
  g_assert_false (mine->own_log);
  g_assert_true (serial->own_log);
  g_assert_cmpstr (mine->path, ==, RUNTIME_DIR "/console-0.sock");
  g_assert_cmpstr (serial->log, ==, LOG_DIR "/console-1.log");
  g_assert_cmpstr (serial->path, ==, RUNTIME_DIR "/console-1.sock");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/launch-plan/golden/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_golden);
    }
  g_test_add_func ("/launch-plan/no-stray-files", test_no_stray_files);
  g_test_add_func ("/launch-plan/names-accelerator", test_names_accelerator);
  g_test_add_func ("/launch-plan/dup-value", test_dup_value);
  g_test_add_func ("/launch-plan/logs", test_logs);
  g_test_add_func ("/launch-plan/wants-display", test_wants_display);
  g_test_add_func ("/launch-plan/display", test_display);
  g_test_add_func ("/launch-plan/disposable", test_disposable);
  g_test_add_func ("/launch-plan/no-board", test_no_board);
  return drover_test_run ();
}
