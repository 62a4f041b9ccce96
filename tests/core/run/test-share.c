/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-passt.h"
#include "drover-service-entry.h"
#include "drover-share.h"
#include "run-fixture.h"

/* Shared folders and passt: what they make of a machine, and with the real programs that they come
 * and go with QEMU. */

static char *
make_folder (const char *name)
{
  char *path = g_build_filename (drover_test_dir (), name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  return path;
}

static DroverDocument *
new_document (const char *const *words)
{
  g_autoptr (DroverMachine) machine = new_machine (QEMU, words);

  return drover_document_ref (drover_machine_get_document (machine));
}

static char *
dup_line (DroverDocument *document)
{
  g_auto (GStrv) argv = drover_document_dup_argv (document);

  return g_strjoinv (" ", argv + 1);
}

static void
assert_line (DroverDocument *document, const char *expected)
{
  g_autofree char *line = dup_line (document);

  g_assert_cmpstr (line, ==, expected);
}

static DroverDocument *
share (DroverDocument *document, DroverShareMethod method, const char *path, const char *tag)
{
  g_autoptr (GError) error = NULL;
  DroverDocument *changed =
    drover_share_add (document, method, path, tag, method == DROVER_SHARE_VIRTIOFS, NULL, NULL,
                      &error);

  g_assert_no_error (error);
  return changed;
}

static void
test_9p (void)
{
  g_autofree char *folder = make_folder ("My, Files");
  g_autoptr (DroverDocument) before = new_document (ARGUMENTS ("-machine", "q35", "-m", "64"));
  g_autoptr (DroverDocument) after = share (before, DROVER_SHARE_9P, folder, NULL);
  g_autoptr (GPtrArray) shares = drover_shares_list (after);
  const DroverShare *found = shares->pdata[0];
  g_autofree char *mount = drover_share_dup_mount (found, DROVER_SHARE_MOUNT_LINUX);
  g_autofree char *fstab = drover_share_dup_mount (found, DROVER_SHARE_MOUNT_FSTAB);
  g_autoptr (DroverDocument) removed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (shares->len, ==, 1);
  g_assert_cmpstr (found->path, ==, folder);
  g_assert_cmpstr (found->tag, ==, "my-files");
  g_assert_cmpint (found->method, ==, DROVER_SHARE_9P);
  g_assert_cmpstr (mount, ==, "sudo mkdir -p /mnt/my-files && sudo mount -t 9p -o trans=virtio,"
                   "version=9p2000.L,msize=262144,rw my-files /mnt/my-files");
  g_assert_cmpstr (fstab, ==, "my-files /mnt/my-files 9p trans=virtio,version=9p2000.L,"
                   "msize=262144,rw,nofail 0 0");
  g_assert_null (drover_share_dup_mount (found, DROVER_SHARE_MOUNT_WINDOWS));

  g_assert_null (drover_share_add (after, DROVER_SHARE_9P, folder, "my-files", FALSE, NULL, NULL,
                                   &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  removed = drover_share_remove (after, "my-files", NULL);
  assert_line (removed, "-machine q35 -m 64");
}

static void
test_virtiofs (void)
{
  g_autofree char *folder = make_folder ("files");
  g_autoptr (DroverDocument) before = new_document (ARGUMENTS ("-machine", "q35", "-m", "64"));
  g_autoptr (DroverDocument) one = share (before, DROVER_SHARE_VIRTIOFS, folder, "one");
  g_autoptr (DroverDocument) two = share (one, DROVER_SHARE_VIRTIOFS, folder, "two");
  g_autoptr (GPtrArray) shares = drover_shares_list (two);
  const DroverShare *second = shares->pdata[1];
  g_autoptr (DroverDocument) none = NULL;
  g_autoptr (DroverDocument) private = NULL;
  g_autofree char *mount = drover_share_dup_mount (second, DROVER_SHARE_MOUNT_LINUX);
  g_autofree char *windows = drover_share_dup_mount (second, DROVER_SHARE_MOUNT_WINDOWS);

  assert_line (one, "-machine q35,memory-backend=shared-memory -m 64 "
               "-object memory-backend-memfd,id=shared-memory,size=64M,share=on "
               "-chardev socket,id=virtiofs0,path=virtiofs.sock "
               "-device vhost-user-fs-pci,id=share0,chardev=virtiofs0,tag=one");
  g_assert_cmpuint (shares->len, ==, 2);
  g_assert_cmpstr (second->path, ==, folder);
  g_assert_cmpstr (second->socket, ==, "virtiofs-2.sock");
  g_assert_true (second->by_drover);
  g_assert_true (second->read_only);
  g_assert_cmpstr (mount, ==, "sudo mkdir -p /mnt/two && sudo mount -t virtiofs -o ro two /mnt/two");
  g_assert_nonnull (windows);

  g_clear_pointer (&one, drover_document_unref);
  one = drover_share_remove (two, second->id, NULL);
  none = drover_share_remove (one, "one", NULL);
  g_assert_null (drover_document_get_member (none, "services"));
  g_assert_cmpint (drover_share_get_memory (none), ==, DROVER_SHARE_MEMORY_SHARED);
  private = drover_share_with_memory (none, FALSE, NULL);
  assert_line (private, "-machine q35 -m 64");
}

/* Where virtiofsd may make itself no namespace. */
static void
test_sandbox (void)
{
  g_autofree char *folder = make_folder ("files");
  g_autoptr (DroverDocument) before = new_document (ARGUMENTS ("-machine", "q35", "-m", "64"));
  g_autoptr (DroverDocument) one = share (before, DROVER_SHARE_VIRTIOFS, folder, "one");
  g_autoptr (DroverDocument) two = share (one, DROVER_SHARE_9P, folder, "two");
  g_autoptr (DroverDocument) without = drover_share_set_sandbox (two, "one", "none", NULL);
  g_autoptr (DroverDocument) again = NULL;
  g_autoptr (GPtrArray) shares = drover_shares_list (without);
  const DroverShare *share = shares->pdata[0];
  JsonObject *entry =
    drover_service_entry_find (without, DROVER_SERVICE_VIRTIOFS, "virtiofs.sock");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (drover_service_entry_get (entry, "sandbox"), ==, "none");
  g_assert_cmpstr (share->path, ==, folder);
  g_assert_true (share->read_only);
  again = drover_share_set_sandbox (without, "share0", "namespace", NULL);
  entry = drover_service_entry_find (again, DROVER_SERVICE_VIRTIOFS, "virtiofs.sock");
  g_assert_null (drover_service_entry_get (entry, "sandbox"));

  g_assert_null (drover_share_set_sandbox (two, "one", "sand", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_clear_error (&error);
  /* 9p has none. */
  g_assert_null (drover_share_set_sandbox (two, "two", "none", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

static void
test_memory (void)
{
  g_autoptr (DroverDocument) plain = new_document (ARGUMENTS ("-machine", "q35"));
  g_autoptr (DroverDocument) wrong = new_document (ARGUMENTS (
    "-machine", "q35,memory-backend=m", "-m", "1G", "-object",
    "memory-backend-memfd,id=m,size=512M"));
  g_autoptr (DroverDocument) own = new_document (ARGUMENTS (
    "-machine", "q35,memory-backend=m", "-m", "1G", "-object",
    "memory-backend-file,id=m,size=1G,mem-path=/x"));
  g_autoptr (DroverDocument) shared = drover_share_with_memory (plain, TRUE, NULL);
  g_autoptr (DroverDocument) right = drover_share_with_memory (wrong, TRUE, NULL);
  g_autoptr (DroverDocument) opened = drover_share_with_memory (own, TRUE, NULL);
  g_autoptr (DroverDocument) nodes = new_document (ARGUMENTS (
    "-object", "memory-backend-ram,id=a,size=64M", "-object", "memory-backend-memfd,id=b,size=64M",
    "-numa", "node,memdev=a", "-numa", "node,memdev=b"));
  g_autoptr (DroverDocument) shared_nodes = drover_share_with_memory (nodes, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (drover_share_get_memory (nodes), ==, DROVER_SHARE_MEMORY_PRIVATE);
  g_assert_cmpint (drover_share_get_memory (shared_nodes), ==, DROVER_SHARE_MEMORY_SHARED);
  assert_line (shared_nodes, "-object memory-backend-ram,id=a,size=64M,share=on "
               "-object memory-backend-memfd,id=b,size=64M,share=on "
               "-numa node,memdev=a -numa node,memdev=b");
  g_assert_cmpint (drover_share_get_memory (plain), ==, DROVER_SHARE_MEMORY_PRIVATE);
  g_assert_cmpint (drover_share_get_memory (wrong), ==, DROVER_SHARE_MEMORY_WRONG_SIZE);
  assert_line (shared, "-machine q35,memory-backend=shared-memory -object "
               "memory-backend-memfd,id=shared-memory,size=128M,share=on");
  assert_line (right, "-machine q35,memory-backend=m -m 1G -object "
               "memory-backend-memfd,id=m,size=1G");
  assert_line (opened, "-machine q35,memory-backend=m -m 1G -object "
               "memory-backend-file,id=m,size=1G,mem-path=/x,share=on");
  g_assert_null (drover_share_with_memory (opened, FALSE, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

static void
test_passt_document (void)
{
  g_autoptr (DroverDocument) before = new_document (ARGUMENTS (
    "-netdev", "user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22,dns=10.0.2.9", "-device",
    "virtio-net-pci,netdev=net0"));
  g_autoptr (DroverDocument) passt = drover_passt_apply (before, 0, NULL);
  g_auto (GStrv) forwards = drover_passt_dup_forwards (passt, 0);
  g_autoptr (DroverDocument) more = NULL;
  g_autoptr (DroverDocument) after = NULL;
  g_autoptr (GError) error = NULL;

  assert_line (passt, "-netdev stream,id=net0,server=off,addr.type=unix,addr.path=passt.sock "
               "-device virtio-net-pci,netdev=net0");
  g_assert_true (drover_passt_is_backend (passt, 0));
  g_assert_false (drover_passt_is_backend (passt, 1));
  g_assert_cmpstrv (forwards, ARGUMENTS ("tcp:127.0.0.1:2222-:22"));

  g_assert_null (drover_passt_set_forwards (passt, 0, ARGUMENTS ("nonsense"), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  more = drover_passt_set_forwards (passt, 0, ARGUMENTS ("udp::53-:53", "tcp::80-:8080"), NULL);
  after = drover_passt_remove (more, 0, NULL);
  assert_line (after, "-netdev user,id=net0,hostfwd=udp::53-:53,hostfwd=tcp::80-:8080 "
               "-device virtio-net-pci,netdev=net0");
  g_assert_null (drover_document_get_member (after, "services"));
}

/* With the real programs */

static DroverRun *
new_virtiofs_run (const char *folder)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (ARGUMENTS ("-nographic"));
  g_autoptr (DroverDocument) document =
    share (drover_machine_get_document (machine), DROVER_SHARE_VIRTIOFS, folder, "files");

  g_assert_true (drover_machine_save (machine, document, NULL));
  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

static const DroverService *
get_service (DroverRun *run, const char *id)
{
  GPtrArray *services = drover_run_get_services (run);

  g_assert_cmpuint (services->len, ==, 1);
  g_assert_cmpstr (((const DroverService *) services->pdata[0])->id, ==, id);
  return services->pdata[0];
}

static void
assert_nothing_left (DroverRun *run)
{
  g_autoptr (GDir) dir =
    g_dir_open (drover_machine_get_folder (drover_run_get_machine (run)), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_true (g_str_has_prefix (name, "machine.json"));
}

static gboolean
is_missing (char *path)
{
  g_autofree char *owned = path;

  if (owned != NULL)
    return FALSE;
  g_test_skip ("the program is not installed");
  return TRUE;
}

/* The device is realised, which takes a whole handshake with virtiofsd. */
static void
test_virtiofs_runs (void)
{
  g_autofree char *folder = make_folder ("real");
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (DroverRun) other = NULL;
  g_autoptr (DroverMachine) same = NULL;
  const DroverService *service;
  g_autofree char *log = NULL;

  if (is_missing (drover_virtiofs_find (NULL)))
    return;

  run = new_virtiofs_run (folder);
  start (run, FALSE);
  assert_qemu_state (run, "running");
  service = get_service (run, "virtiofs-share0");
  g_assert_true (drover_service_is_alive (service));
  g_assert_true (g_file_get_contents (service->log, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "Client connected"));

  /* Another Drover finds it, too. */
  same = drover_machine_new (drover_machine_get_folder (drover_run_get_machine (run)));
  other = drover_run_new (same, DROVER_CTL_SOCKET);
  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  g_assert_cmpint (get_service (other, "virtiofs-share0")->pid, ==, service->pid);
  drop (g_steal_pointer (&other));

  force_off (run);
  g_assert_false (drover_service_is_alive (get_service (run, "virtiofs-share0")));
  assert_nothing_left (run);
  finish (g_steal_pointer (&run));
}

static void
failed_cb (DroverRun *run, const char *message, char **said)
{
  g_set_str (said, message);
}

/* It ends while the guest runs: that is said, with its log, and is there to be read later. */
static void
test_virtiofs_dies (void)
{
  g_autofree char *folder = make_folder ("dying");
  g_autofree char *said = NULL;
  g_autoptr (DroverRun) run = NULL;

  if (is_missing (drover_virtiofs_find (NULL)))
    return;

  run = new_virtiofs_run (folder);
  start (run, FALSE);
  g_signal_connect (run, "service-failed", G_CALLBACK (failed_cb), &said);
  g_assert_null (drover_run_get_failed_service (run, NULL));
  g_assert_cmpint (kill (get_service (run, "virtiofs-share0")->pid, SIGKILL), ==, 0);
  drover_test_until (said != NULL);
  g_assert_nonnull (strstr (said, folder));
  g_assert_cmpstr (drover_run_get_failed_service (run, NULL)->id, ==, "virtiofs-share0");
  assert_qemu_state (run, "running");
  force_off (run);
  finish (g_steal_pointer (&run));
}

static void
test_virtiofs_cannot (void)
{
  g_autofree char *folder = make_folder ("gone");
  g_autoptr (DroverRun) run = new_virtiofs_run (folder);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_false (drover_test_await (drover_run_start (run, FALSE), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, folder));
  assert_off (run);
  finish (g_steal_pointer (&run));
}

/* What the programs are told. Whether they are installed does not count for that. */
static void
put_program (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, "#!/bin/false\n", -1, G_FILE_SET_CONTENTS_NONE,
                                           0755, NULL));
}

static void
assert_told (GPtrArray *plans, guint i, const char *expected)
{
  const DroverServicePlan *plan = plans->pdata[i];
  g_autofree char *line = g_strjoinv (" ", plan->argv + 1);
  g_autofree char *words = g_strconcat (" ", line, NULL);

  if (strstr (words, expected) == NULL || !g_str_has_suffix (words, expected))
    g_error ("“%s” does not end with “%s”", words, expected);
}

static void
test_plans (void)
{
  g_autofree char *folder = make_folder ("told");
  g_autofree char *bin = make_folder ("told-bin");
  g_autofree char *old_path = g_strdup (g_getenv ("PATH"));
  g_autofree char *path = g_strconcat (bin, ":", old_path, NULL);
  g_autofree char *plain = g_strdup_printf (" --shared-dir=%s", folder);
  g_autofree char *locked = g_strdup_printf (" --shared-dir=%s --readonly --sandbox=none", folder);
  g_autoptr (DroverMachine) machine =
    new_machine (QEMU, ARGUMENTS ("-netdev", "user,id=n", "-device", "e1000,netdev=n"));
  g_autoptr (DroverDocument) passt =
    drover_passt_apply (drover_machine_get_document (machine), 0, NULL);
  g_autoptr (DroverDocument) forwarded = drover_passt_set_forwards (
    passt, 0, ARGUMENTS ("udp::53-:5353", "tcp:127.0.0.1:80-:8080"), NULL);
  g_autoptr (DroverDocument) written =
    drover_share_add (forwarded, DROVER_SHARE_VIRTIOFS, folder, NULL, FALSE, NULL, NULL, NULL);
  g_autoptr (DroverDocument) both = share (written, DROVER_SHARE_VIRTIOFS, folder, NULL);
  g_autoptr (DroverDocument) all = drover_share_set_sandbox (both, "told-2", "none", NULL);
  g_autoptr (GPtrArray) plans =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_service_plan_free);
  g_autoptr (GError) error = NULL;

  put_program (bin, "virtiofsd");
  put_program (bin, "passt");
  g_setenv ("PATH", path, TRUE);
  g_assert_true (drover_virtiofs_add_plans (machine, all, "/log", plans, &error));
  g_assert_true (drover_passt_add_plans (machine, all, "/log", plans, &error));
  g_setenv ("PATH", old_path, TRUE);
  g_assert_no_error (error);
  g_assert_cmpuint (plans->len, ==, 3);
  assert_told (plans, 0, plain);
  assert_told (plans, 1, locked);
  assert_told (plans, 2, " --udp-ports 53:5353 --tcp-ports 127.0.0.1/80:8080");
  g_assert_true (g_strv_contains ((const char *const *) ((DroverServicePlan *) plans->pdata[2])->argv,
                                  "--one-off"));

  /* It knows no sockets of UNIX. */
  g_assert_null (drover_passt_set_forwards (passt, 0, ARGUMENTS ("unix:/x-:80"), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

/* One that is at its socket, and has nothing for who comes: what it said is told, not that QEMU found
 * nobody there. */
#define FAILING_VIRTIOFSD                                                                    \
  "#!/usr/bin/env python3\n"                                                                \
  "import socket, sys\n"                                                                    \
  "path = next(word[14:] for word in sys.argv if word.startswith('--socket-path='))\n"      \
  "listener = socket.socket(socket.AF_UNIX)\n"                                              \
  "listener.bind(path)\n"                                                                   \
  "listener.listen()\n"                                                                     \
  "listener.accept()\n"                                                                     \
  "sys.exit('[now ERROR virtiofsd] Error entering sandbox: it may not')\n"

static void
test_virtiofs_fails (void)
{
  g_autofree char *folder = make_folder ("locked");
  g_autofree char *bin = make_folder ("bin");
  g_autofree char *program = g_build_filename (bin, "virtiofsd", NULL);
  g_autofree char *old_path = g_strdup (g_getenv ("PATH"));
  g_autofree char *path = g_strconcat (bin, ":", old_path, NULL);
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (GError) error = NULL;

  if (is_missing (g_find_program_in_path ("python3")))
    return;

  g_assert_true (g_file_set_contents_full (program, FAILING_VIRTIOFSD, -1,
                                           G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  g_setenv ("PATH", path, TRUE);
  run = new_virtiofs_run (folder);
  g_assert_false (drover_test_await (drover_run_start (run, FALSE), &error));
  g_setenv ("PATH", old_path, TRUE);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
  g_assert_nonnull (strstr (error->message, "it may not"));
  g_assert_nonnull (strstr (error->message, "droverctl share MACHINE sandbox TAG none"));
  g_assert_nonnull (strstr (error->message, folder));
  assert_off (run);
  finish (g_steal_pointer (&run));
}

/* Whoever starts it is killed between it and QEMU. */
static void
test_left_behind (void)
{
  g_autofree char *folder = make_folder ("left");
  g_autoptr (DroverRun) run = NULL;
  g_autofree char *runtime_dir = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autofree char *note = NULL;
  g_autofree char *stat = NULL;
  g_autoptr (DroverServicePlan) plan = NULL;
  g_autoptr (DroverService) service = NULL;
  DroverMachine *machine;

  if (is_missing (drover_virtiofs_find (NULL)))
    return;

  run = new_virtiofs_run (folder);
  machine = drover_run_get_machine (run);
  runtime_dir = drover_run_dup_runtime_dir (run);
  path = g_build_filename (runtime_dir, DROVER_RUN_RECORD_FILE, NULL);
  note = drover_service_dup_note ("virtiofs-share0", runtime_dir);
  g_assert_cmpint (g_mkdir_with_parents (runtime_dir, 0700), ==, 0);

  /* The record says that it is being started, and only its own note who it is. */
  text = g_strdup_printf (
    "{\"uuid\": \"%s\", \"pid\": 0, \"start-time\": 0, \"argv\": [], \"consoles\": [],"
    " \"services\": [{\"id\": \"virtiofs-share0\", \"title\": \"virtiofsd\", \"pid\": 0,"
    " \"start-time\": 0, \"socket\": \"%s/virtiofs.sock\", \"log\": \"%s/left.log\"}]}",
    drover_document_get_uuid (drover_machine_get_document (machine)),
    drover_machine_get_folder (machine), drover_test_dir ());
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  plan = drover_service_plan_new (drover_machine_get_folder (machine), "virtiofs.sock");
  plan->id = g_strdup ("virtiofs-share0");
  plan->title = g_strdup ("sleep");
  plan->log = g_build_filename (drover_test_dir (), "left.log", NULL);
  plan->note = g_strdup (note);
  plan->single = TRUE;
  plan->argv = g_strdupv ((GStrv) ARGUMENTS ("sleep", "1000"));
  service = drover_service_spawn (plan, NULL);
  g_assert_nonnull (service);
  g_assert_true (drover_service_is_alive (service));
  g_assert_true (g_file_get_contents (note, &stat, NULL, NULL));
  g_assert_cmpint (atoi (stat), ==, service->pid);

  g_assert_true (drover_test_await (drover_run_attach (run), NULL));
  assert_off (run);
  g_assert_false (drover_service_is_alive (service));
  finish (g_steal_pointer (&run));
}

static void
test_passt_runs (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  const DroverService *service;

  if (is_missing (drover_passt_find (NULL)))
    return;

  machine = new_guest_machine (ARGUMENTS ("-nographic", "-netdev", "user,id=n", "-device",
                                          "virtio-net-pci,netdev=n"));
  document = drover_passt_apply (drover_machine_get_document (machine), 7, &error);
  g_assert_no_error (error);
  g_assert_true (drover_machine_save (machine, document, NULL));
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  if (!drover_test_await (drover_run_start (run, FALSE), &error))
    {
      /* It needs user namespaces, which a container may not give. Then it says so itself. */
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
      g_assert_nonnull (strstr (error->message, "passt"));
      g_test_skip (error->message);
      finish (g_steal_pointer (&run));
      return;
    }

  assert_qemu_state (run, "running");
  service = get_service (run, "passt-n");
  g_assert_true (drover_service_is_alive (service));
  force_off (run);
  g_assert_false (drover_service_is_alive (get_service (run, "passt-n")));
  assert_nothing_left (run);
  finish (g_steal_pointer (&run));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/share/9p", test_9p);
  g_test_add_func ("/share/virtiofs", test_virtiofs);
  g_test_add_func ("/share/sandbox", test_sandbox);
  g_test_add_func ("/share/memory", test_memory);
  g_test_add_func ("/share/passt", test_passt_document);
  g_test_add_func ("/share/plans", test_plans);
  g_test_add_func ("/share/virtiofs-runs", test_virtiofs_runs);
  g_test_add_func ("/share/virtiofs-dies", test_virtiofs_dies);
  g_test_add_func ("/share/virtiofs-cannot", test_virtiofs_cannot);
  g_test_add_func ("/share/virtiofs-fails", test_virtiofs_fails);
  g_test_add_func ("/share/left-behind", test_left_behind);
  g_test_add_func ("/share/passt-runs", test_passt_runs);
  return drover_test_run ();
}
