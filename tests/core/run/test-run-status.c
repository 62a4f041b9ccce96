/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "run-fixture.h"

/* Why a guest is as it is, told by real guests that crash, hang, or find their disk full; and the
 * ways of starting and ending one. */

/* Each instead of a firmware, as the guest of run-fixture.h, and in 16-bit code. */

/* mov dx,0x505; mov al,1; out dx,al       the port of -device pvpanic
 * halt: hlt; jmp halt */
static const guint8 panic_code[] = { 0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xf4, 0xeb, 0xfd };

/* mov dx,0x443; mov al,0xf; out dx,al     -device ib700: bite in zero seconds
 * halt: hlt; jmp halt */
static const guint8 watchdog_code[] = { 0xba, 0x43, 0x04, 0xb0, 0x0f, 0xee, 0xf4, 0xeb, 0xfd };

/* Writes 512 times 'W' to the first sector of the first IDE disk, then `w` to the serial port.
 *
 *        mov dx,0x1f6; mov al,0xe0; out dx,al; mov dx,0x1f2; mov al,1; out dx,al; xor al,al
 *        inc dx; out dx,al; inc dx; out dx,al; inc dx; out dx,al      one sector, number 0
 *        mov dx,0x1f7; mov al,0x30; out dx,al                         write
 *  ask:  in al,dx; test al,8; jz ask
 *        mov dx,0x1f0; mov cx,256; mov ax,0x5757
 *  word: out dx,ax; loop word
 *        mov dx,0x1f7
 *  busy: in al,dx; test al,0x80; jnz busy
 *        mov dx,0x3f8; mov al,'w'; out dx,al
 *  halt: hlt; jmp halt */
static const guint8 disk_code[] = {
  0xba, 0xf6, 0x01, 0xb0, 0xe0, 0xee, 0xba, 0xf2, 0x01, 0xb0, 0x01, 0xee, 0x30, 0xc0, 0x42,
  0xee, 0x42, 0xee, 0x42, 0xee, 0xba, 0xf7, 0x01, 0xb0, 0x30, 0xee, 0xec, 0xa8, 0x08, 0x74,
  0xfb, 0xba, 0xf0, 0x01, 0xb9, 0x00, 0x01, 0xb8, 0x57, 0x57, 0xef, 0xe2, 0xfd, 0xba, 0xf7,
  0x01, 0xec, 0xa8, 0x80, 0x75, 0xfb, 0xba, 0xf8, 0x03, 0xb0, 0x77, 0xee, 0xf4, 0xeb, 0xfd,
};

/* Sleeps with its state in memory (S3), and says `w` when it is awake again: then the processor
 * begins anew, and memory is as it was.
 *
 *        cli; xor ax,ax; mov ds,ax; mov dx,0x3fb; mov al,3; out dx,al       8N1
 *        cmp word [0x500],0x5333; je woke; mov word [0x500],0x5333
 *        (PCI 00:01.3, the PIIX4's power management: its ports at 0xb000, and on)
 *        mov dx,0x3f8; mov al,'s'; out dx,al
 *        mov dx,0xb004; mov ax,0x2400; out dx,ax         PM1_CNT: SLP_TYP 1 and SLP_EN
 *  halt: hlt; jmp halt
 *  woke: mov dx,0x3f8; mov al,'w'; out dx,al; jmp halt */
static const guint8 sleep_code[] = {
  0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0xba, 0xfb, 0x03, 0xb0, 0x03, 0xee, 0x81, 0x3e, 0x00, 0x05, 0x33,
  0x53, 0x74, 0x3d, 0xc7, 0x06, 0x00, 0x05, 0x33, 0x53, 0xba, 0xf8, 0x0c, 0x66, 0xb8, 0x40, 0x0b,
  0x00, 0x80, 0x66, 0xef, 0xba, 0xfc, 0x0c, 0x66, 0xb8, 0x01, 0xb0, 0x00, 0x00, 0x66, 0xef, 0xba,
  0xf8, 0x0c, 0x66, 0xb8, 0x80, 0x0b, 0x00, 0x80, 0x66, 0xef, 0xba, 0xfc, 0x0c, 0xb0, 0x01, 0xee,
  0xba, 0xf8, 0x03, 0xb0, 0x73, 0xee, 0xba, 0x04, 0xb0, 0xb8, 0x00, 0x24, 0xef, 0xf4, 0xeb, 0xfd,
  0xba, 0xf8, 0x03, 0xb0, 0x77, 0xee, 0xeb, 0xf5,
};

static DroverRun *
new_code_run (const guint8 *code, gsize size, const char *const *more)
{
  const char *const always[] = { "-machine", "pc",   "-accel", "tcg",      "-m",
                                 "16",       "-net", "none",   "-display", "none" };
  g_autofree guint8 *image = g_malloc0 (GUEST_SIZE);
  g_autofree char *path = g_build_filename (drover_test_dir (), "code.bin", NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (DroverMachine) machine = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (image, code, size);
  memcpy (image + GUEST_SIZE - 16, guest_reset, sizeof guest_reset);
  g_file_set_contents (path, (const char *) image, GUEST_SIZE, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    g_strv_builder_add (builder, always[i]);
  g_strv_builder_add_many (builder, "-bios", path, NULL);
  g_strv_builder_addv (builder, (const char **) more);
  arguments = g_strv_builder_end (builder);
  machine = new_machine (QEMU, (const char *const *) arguments);
  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

static gboolean
has_trouble (DroverRun *run, DroverTroubleKind kind)
{
  DroverTrouble *trouble = drover_run_get_trouble (run);

  return trouble != NULL && trouble->kind == kind;
}

static void
note_cb (DroverRun *run, const char *name, JsonObject *message, gboolean *seen)
{
  *seen = TRUE;
}

static void
test_panic (void)
{
  g_autoptr (DroverRun) run = new_code_run (panic_code, sizeof panic_code,
                                            ARGUMENTS ("-device", "pvpanic", "-action",
                                                       "panic=pause"));
  g_autoptr (DroverRun) other = NULL;
  gboolean resumed = FALSE;

  start (run, FALSE);
  drover_test_until (g_str_equal (drover_run_get_state (run), "guest-panicked"));
  g_assert_true (has_trouble (run, DROVER_TROUBLE_PANIC));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "guest-panic");

  /* Who comes later sees it too. */
  other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  g_assert_true (has_trouble (other, DROVER_TROUBLE_PANIC));
  drop (g_steal_pointer (&other));

  /* A reset sets it going again, to the next crash. */
  g_signal_connect (run, "event::RESUME", G_CALLBACK (note_cb), &resumed);
  drover_test_await (drover_run_reset (run), NULL);
  g_assert_true (resumed);
  drover_test_until (g_str_equal (drover_run_get_state (run), "guest-panicked"));
  finish (g_steal_pointer (&run));
}

/* QEMU's own way is to end then. */
static void
test_panic_ends (void)
{
  g_autoptr (DroverRun) run =
    new_code_run (panic_code, sizeof panic_code, ARGUMENTS ("-device", "pvpanic"));
  g_autoptr (DroverRun) later = NULL;

  start (run, FALSE);
  drover_test_until (drover_run_is_off (run));
  g_assert_no_error (drover_run_get_error (run));
  g_assert_true (has_trouble (run, DROVER_TROUBLE_PANIC));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "guest-panic");

  /* It is on record. */
  later = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  drover_run_recall_end (later);
  g_assert_true (has_trouble (later, DROVER_TROUBLE_PANIC));
  g_assert_cmpstr (drover_run_get_reason (later), ==, "guest-panic");
  g_assert_cmpstr (drover_run_get_trouble (later)->remedy, ==,
                   drover_run_get_trouble (run)->remedy);
  drop (g_steal_pointer (&later));
  finish (g_steal_pointer (&run));
}

static void
test_watchdog (void)
{
  g_autoptr (DroverRun) run = new_code_run (watchdog_code, sizeof watchdog_code,
                                            ARGUMENTS ("-device", "ib700", "-action",
                                                       "watchdog=pause"));

  start (run, FALSE);
  drover_test_until (g_str_equal (drover_run_get_state (run), "watchdog"));
  g_assert_true (has_trouble (run, DROVER_TROUBLE_WATCHDOG));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "watchdog");

  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  g_assert_null (drover_run_get_trouble (run));
  g_assert_null (drover_run_get_reason (run));
  finish (g_steal_pointer (&run));
}

static char *
put_disk (void)
{
  static guint n_disks;
  char *path = g_strdup_printf ("%s/disk-%u.img", drover_test_dir (), n_disks++);
  g_autofree char *zeros = g_malloc0 (65536);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, zeros, 65536, &error);
  g_assert_no_error (error);
  return path;
}

static gboolean
is_written (const char *path)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text[0] == 'W' && text[511] == 'W';
}

typedef struct
{
  int code;
  DroverTroubleKind kind;
  const char *word;
} DiskFailure;

/* The disk fails once; resumed, what failed is tried again and succeeds. */
static void
test_disk_fails (gconstpointer data)
{
  const DiskFailure *failure = data;
  g_autofree char *path = put_disk ();
  g_autofree char *disk = g_strdup_printf (
    "{\"driver\":\"raw\",\"node-name\":\"full\",\"file\":{\"driver\":\"blkdebug\","
    "\"image\":{\"driver\":\"file\",\"filename\":\"%s\"},\"inject-error\":[{\"event\":\"none\","
    "\"iotype\":\"write\",\"errno\":%d,\"once\":true}]}}", path, failure->code);
  g_autoptr (DroverRun) run = new_code_run (
    disk_code, sizeof disk_code,
    ARGUMENTS ("-blockdev", disk, "-device", "ide-hd,bus=ide.0,drive=full,id=root,werror=stop", "-serial",
               "stdio"));
  g_autoptr (DroverRun) other = NULL;
  g_autoptr (Screen) screen = NULL;

  start (run, TRUE);
  screen = screen_new (get_console (run, 0));
  drover_test_until (g_str_equal (drover_run_get_state (run), "io-error") &&
                     drover_run_get_trouble (run) != NULL);
  g_assert_true (has_trouble (run, failure->kind));
  g_assert_cmpstr (drover_run_get_reason (run), ==, failure->word);
  g_assert_nonnull (strstr (drover_run_get_trouble (run)->cause, path));
  g_assert_nonnull (strstr (drover_run_get_trouble (run)->cause, "root"));

  /* Who comes later finds it by what the disk says. */
  other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  drover_test_until (has_trouble (other, failure->kind));
  g_assert_nonnull (strstr (drover_run_get_trouble (other)->cause, path));
  drop (g_steal_pointer (&other));

  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  drover_test_until (screen_has (screen, "w"));
  g_assert_null (drover_run_get_trouble (run));
  finish (g_steal_pointer (&run));
  g_assert_true (is_written (path));
}

/* How much space there is, in the file system that is really meant. */
static void
test_space (void)
{
  g_autofree char *path = put_disk ();
  g_autofree char *text = g_strdup_printf (
    "[{\"device\":\"\",\"qdev\":\"/other\",\"io-status\":\"ok\",\"inserted\":"
    "{\"node-name\":\"other\",\"file\":\"/nowhere/at/all\"}},"
    "{\"device\":\"\",\"qdev\":\"/mine\",\"io-status\":\"nospace\",\"inserted\":"
    "{\"node-name\":\"#block12\",\"file\":\"%s\"}}]", path);
  g_autoptr (JsonNode) blocks = json_from_string (text, NULL);
  g_autoptr (DroverTrouble) trouble = drover_trouble_new_io (NULL, blocks);

  g_assert_cmpint (trouble->kind, ==, DROVER_TROUBLE_NO_SPACE);
  g_assert_nonnull (strstr (trouble->cause, path));
  g_assert_nonnull (strstr (trouble->cause, "/mine"));
  g_assert_nonnull (strstr (trouble->cause, " free of "));
}

static void
test_killed (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  g_autoptr (DroverTrouble) out = NULL;

  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  kill (drover_run_get_pid (run), SIGKILL);
  drover_test_until (drover_run_is_off (run) && drover_run_is_off (other));
  g_assert_true (has_trouble (run, DROVER_TROUBLE_KILLED));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "killed");
  g_assert_nonnull (strstr (drover_run_get_trouble (run)->cause, "signal 9"));
  /* It is nobody's child here, so how it ended is not known. */
  g_assert_true (has_trouble (other, DROVER_TROUBLE_KILLED));
  drop (g_steal_pointer (&other));

  out = drover_trouble_new_signal (SIGKILL, TRUE);
  g_assert_cmpint (out->kind, ==, DROVER_TROUBLE_OUT_OF_MEMORY);

  /* A new start is a new beginning. */
  start (run, FALSE);
  g_assert_null (drover_run_get_trouble (run));
  g_assert_null (drover_run_get_reason (run));
  finish (g_steal_pointer (&run));
}

static void
test_crashed (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));

  kill (drover_run_get_pid (run), SIGSEGV);
  drover_test_until (drover_run_is_off (run));
  g_assert_true (has_trouble (run, DROVER_TROUBLE_CRASHED));
  finish (g_steal_pointer (&run));
}

/* The guest of the fixture knows no power button. */
static void
test_no_answer (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));

  drover_run_set_patience (run, 1);
  g_assert_true (drover_test_await (drover_run_shut_down (run), NULL));
  g_assert_null (drover_run_get_trouble (run));
  drover_test_until (drover_run_get_trouble (run) != NULL);
  g_assert_true (has_trouble (run, DROVER_TROUBLE_NO_ANSWER));

  /* Nothing was done to it. */
  assert_qemu_state (run, "running");
  g_assert_null (drover_run_get_reason (run));
  force_off (run);
  g_assert_null (drover_run_get_trouble (run));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "host-qmp-quit");
  finish (g_steal_pointer (&run));
}

/* One that obeys in time is never spoken of, nor is one whose reset button was pressed. */
static void
test_wait_off (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DexFuture *off;
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_run_wait_off (run, 1), &error));
  g_assert_error (error, DEX_ERROR, DEX_ERROR_TIMED_OUT);

  off = drover_run_wait_off (run, 0);
  type (get_console (run, 0), "x");
  g_assert_true (drover_test_await (off, NULL));
  g_assert_true (drover_run_is_off (run));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "guest-shutdown");
  finish (g_steal_pointer (&run));
}

static void
test_reasons (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_test_await (drover_run_start_full (run, DROVER_START_PAUSED), NULL));
  g_assert_cmpstr (drover_run_get_state (run), ==, "prelaunch");
  g_assert_cmpstr (drover_run_get_reason (run), ==, "not-started");
  assert_qemu_state (run, "prelaunch");
  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  g_assert_null (drover_run_get_reason (run));
  g_assert_true (drover_test_await (drover_run_pause (run), NULL));
  g_assert_cmpstr (drover_run_get_reason (run), ==, "user");

  /* Only who sleeps can be woken. */
  g_assert_false (drover_test_await (drover_run_wake (run), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  finish (g_steal_pointer (&run));
}

static void
test_sleep (void)
{
  g_autoptr (DroverRun) run =
    new_code_run (sleep_code, sizeof sleep_code, ARGUMENTS ("-serial", "stdio"));
  g_autoptr (DroverRun) other = NULL;
  g_autoptr (Screen) screen = NULL;
  g_autoptr (GError) error = NULL;

  start (run, TRUE);
  screen = screen_new (get_console (run, 0));
  drover_test_until (g_str_equal (drover_run_get_state (run), "suspended"));
  drover_test_until (screen_has (screen, "s"));
  assert_qemu_state (run, "suspended");
  g_assert_cmpstr (drover_run_get_reason (run), ==, "suspended");
  g_assert_null (drover_run_get_trouble (run));
  g_assert_false (screen_has (screen, "w"));

  /* Who comes later can wake it, and both see it. */
  other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  g_assert_cmpstr (drover_run_get_reason (other), ==, "suspended");
  drover_test_await (drover_run_wake (other), &error);
  g_assert_no_error (error);
  drover_test_until (screen_has (screen, "w"));
  drover_test_until (drover_run_is_running (run) && drover_run_is_running (other));
  g_assert_null (drover_run_get_reason (run));
  g_assert_false (drover_test_await (drover_run_wake (run), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  drop (g_steal_pointer (&other));
  finish (g_steal_pointer (&run));
}

static void
test_uptime (void)
{
  gint64 before = g_get_real_time ();
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  gint64 started = drover_run_get_started (run);

  /* The kernel counts in hundredths of a second. */
  g_assert_cmpint (started, >=, before - G_USEC_PER_SEC / 10);
  g_assert_cmpint (started, <=, g_get_real_time () + G_USEC_PER_SEC / 10);
  g_assert_cmpint (drover_run_get_uptime (run), >=, 0);

  g_assert_cmpint (drover_run_get_uptime (other), ==, -1);
  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  g_assert_cmpint (ABS (drover_run_get_started (other) - started), <, G_USEC_PER_SEC / 10);
  drop (g_steal_pointer (&other));
  force_off (run);
  g_assert_cmpint (drover_run_get_started (run), ==, 0);
  finish (g_steal_pointer (&run));
}

/* The same guest and disk, once for good and once to be thrown away. */
static void
test_disposable (gconstpointer format)
{
  g_autofree char *path = put_disk ();
  g_auto (GStrv) words = g_strsplit (format, " ", -1);
  g_autofree char *value = g_strdup_printf ("%s%s", words[1], path);
  const char *const arguments[] = { words[0], value, "-device", "ide-hd,bus=ide.0,drive=d", "-serial",
                                    "stdio", NULL };
  g_autoptr (DroverRun) run = new_code_run (disk_code, sizeof disk_code, arguments);
  g_autoptr (GError) error = NULL;
  Screen *screen;

  for (int keep = 0; keep < 2; keep++)
    {
      drover_test_await (drover_run_start_full (run, DROVER_START_ATTACH_CONSOLES |
                                                       (keep ? 0 : DROVER_START_DISPOSABLE)),
                         &error);
      g_assert_no_error (error);
      g_assert_true (drover_run_is_disposable (run) == !keep);
      screen = screen_new (get_console (run, 0));
      drover_test_until (screen_has (screen, "w"));
      force_off (run);
      screen_free (screen);
      g_assert_true (is_written (path) == keep);
    }

  finish (g_steal_pointer (&run));
}

/* As a starter leaves it that is killed before it saw to the disks. */
static void
leave_unfinished (DroverRun *run, gboolean starting)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverRunRecord) record = drover_run_record_load (runtime_dir, NULL);

  record->starting = starting;
  record->unshielded = TRUE;
  g_assert_true (drover_run_record_save (record, runtime_dir, NULL));
}

static void
adopt (DroverRun *run, const char *state)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverRun) other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  g_autoptr (DroverRunRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_run_attach (other), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drover_run_get_state (other), ==, state);
  record = drover_run_record_load (runtime_dir, NULL);
  g_assert_false (drover_run_record_is_unfinished (record));
  drop (g_steal_pointer (&other));
}

/* Whoever finds it shields the disks before the guest runs, and each of them once. */
static void
test_disposable_unfinished (gconstpointer starting)
{
  g_autofree char *path = put_disk ();
  g_autofree char *disk =
    g_strdup_printf ("driver=raw,node-name=d,file.driver=file,file.filename=%s", path);
  g_autoptr (DroverRun) run = new_code_run (
    disk_code, sizeof disk_code,
    ARGUMENTS ("-blockdev", disk, "-device", "ide-hd,bus=ide.0,drive=d", "-serial", "stdio", "-S"));
  g_autoptr (Screen) screen = NULL;
  g_autoptr (JsonNode) blocks = NULL;
  g_autofree char *text = NULL;

  start (run, TRUE);
  screen = screen_new (get_console (run, 0));
  leave_unfinished (run, starting != NULL);
  adopt (run, starting != NULL ? "running" : "prelaunch");
  if (starting == NULL)
    g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  drover_test_until (screen_has (screen, "w"));

  leave_unfinished (run, FALSE);
  adopt (run, "running");
  blocks = ask_qemu (run, "query-block");
  text = json_to_string (blocks, FALSE);
  g_assert_nonnull (strstr (text, "\"backing_file_depth\":1,"));
  finish (g_steal_pointer (&run));
  g_assert_false (is_written (path));
}

int
main (int argc, char **argv)
{
  static const DiskFailure no_space = { 28, DROVER_TROUBLE_NO_SPACE, "no-space" };
  static const DiskFailure failed = { 5, DROVER_TROUBLE_IO_ERROR, "io-error" };

  drover_test_init (&argc, &argv);
  g_test_add_func ("/run-status/panic", test_panic);
  g_test_add_func ("/run-status/panic-ends", test_panic_ends);
  g_test_add_func ("/run-status/watchdog", test_watchdog);
  g_test_add_data_func ("/run-status/disk/full", &no_space, test_disk_fails);
  g_test_add_data_func ("/run-status/disk/broken", &failed, test_disk_fails);
  g_test_add_func ("/run-status/disk/space", test_space);
  g_test_add_func ("/run-status/killed", test_killed);
  g_test_add_func ("/run-status/crashed", test_crashed);
  g_test_add_func ("/run-status/no-answer", test_no_answer);
  g_test_add_func ("/run-status/wait-off", test_wait_off);
  g_test_add_func ("/run-status/reasons", test_reasons);
  g_test_add_func ("/run-status/sleep", test_sleep);
  g_test_add_func ("/run-status/uptime", test_uptime);
  g_test_add_data_func ("/run-status/disposable/drive", "-drive if=none,id=d,format=raw,file=",
                        test_disposable);
  g_test_add_data_func ("/run-status/disposable/blockdev",
                        "-blockdev driver=raw,node-name=d,file.driver=file,file.filename=",
                        test_disposable);
  g_test_add_data_func ("/run-status/disposable/unfinished", "starting",
                        test_disposable_unfinished);
  g_test_add_data_func ("/run-status/disposable/unfinished-paused", NULL,
                        test_disposable_unfinished);
  return drover_test_run ();
}
