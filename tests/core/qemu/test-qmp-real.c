/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "drover-error.h"
#include "drover-qmp.h"
#include "drover-test.h"

/* The QMP client against real QEMU, without a machine in it. */

#define A_WHILE 30000

typedef struct
{
  GSubprocess *qemu;
  char *path;
} Fixture;

/* A test that fails must not leave its QEMU running. */
static void
child_setup_cb (gpointer user_data)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGKILL);
#endif
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static guint n_sockets;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *chardev = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;

  self->path = g_strdup_printf ("%s/real-%u.sock", drover_test_dir (), n_sockets++);
  chardev = g_strdup_printf ("socket,id=q,path=%s,server=on,wait=off", self->path);
  other = g_strdup_printf ("socket,id=r,path=%s.2,server=on,wait=off", self->path);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  self->qemu = g_subprocess_launcher_spawn (
    launcher, &error, "qemu-system-x86_64", "-machine", "none", "-nodefaults", "-no-user-config",
    "-display", "none", "-chardev", chardev, "-mon", "chardev=q,mode=control", "-chardev", other,
    "-mon", "chardev=r,mode=control", NULL);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_subprocess_force_exit (self->qemu);
  g_assert_true (g_subprocess_wait (self->qemu, NULL, NULL));
  g_clear_object (&self->qemu);
  g_clear_pointer (&self->path, g_free);
}

static DroverQmp *
connect_to (const char *path)
{
  g_autoptr (GError) error = NULL;
  DroverQmp *qmp = NULL;

  /* QEMU makes its sockets some 20 ms after its start, and between bind() and listen() one is
   * there and refuses. */
  do
    {
      g_clear_error (&error);
      qmp = drover_test_await_object (drover_qmp_connect (path, A_WHILE), &error);
    }
  while (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED));
  g_assert_no_error (error);
  return qmp;
}

static char *
query_status (DroverQmp *qmp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
    drover_test_await_boxed (drover_qmp_execute (qmp, "query-status", NULL), &error);

  g_assert_no_error (error);
  return g_strdup (json_object_get_string_member (json_node_get_object (node), "status"));
}

static void
test_status (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverQmp) qmp = connect_to (self->path);
  g_autofree char *status = query_status (qmp);

  g_assert_cmpstr (status, ==, "running");
}

static void
test_errors (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverQmp) qmp = connect_to (self->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) arguments = json_from_string ("{\"id\": \"nobody\"}", NULL);

  g_assert_false (drover_test_await (drover_qmp_execute (qmp, "make-tea", NULL), &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_COMMAND_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "make-tea"));
  g_clear_error (&error);

  g_assert_false (drover_test_await (
    drover_qmp_execute (qmp, "device_del", g_steal_pointer (&arguments)), &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_DEVICE_NOT_FOUND);
  g_assert_true (drover_qmp_is_open (qmp));
}

/* All that QEMU can say: the longest answer of all. */
static void
test_schema (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverQmp) qmp = connect_to (self->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
    drover_test_await_boxed (drover_qmp_execute (qmp, "query-qmp-schema", NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), >, 500);
}

static void
test_busy (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverQmp) first = connect_to (self->path);
  g_autoptr (DroverQmp) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *status = NULL;

  g_assert_false (drover_test_await (drover_qmp_connect (self->path, 50), &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY);

  /* The one who holds it is not disturbed, and once it has left the next one is served. */
  status = query_status (first);
  g_assert_cmpstr (status, ==, "running");
  g_clear_object (&first);
  second = connect_to (self->path);
}

static void
event_cb (DroverQmp *qmp, const char *name, JsonObject *message, GString *log)
{
  g_string_append_printf (log, "%s ", name);
}

static void
test_events (Fixture *self, gconstpointer data)
{
  g_autofree char *other_path = g_strconcat (self->path, ".2", NULL);
  g_autoptr (DroverQmp) qmp = connect_to (self->path);
  g_autoptr (DroverQmp) other = connect_to (other_path);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GString) other_log = g_string_new (NULL);
  g_autofree char *status = NULL;

  g_signal_connect (qmp, "event", G_CALLBACK (event_cb), log);
  g_signal_connect (other, "event", G_CALLBACK (event_cb), other_log);
  g_assert_true (drover_test_await (drover_qmp_execute (qmp, "stop", NULL), NULL));
  status = query_status (other);
  g_assert_cmpstr (status, ==, "paused");
  g_assert_true (drover_test_await (drover_qmp_execute (other, "cont", NULL), NULL));
  drover_test_until (g_str_equal (log->str, "STOP RESUME ") &&
                     g_str_equal (other_log->str, "STOP RESUME "));
}

static void
test_quit (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverQmp) qmp = connect_to (self->path);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect (qmp, "event", G_CALLBACK (event_cb), log);
  g_assert_true (drover_test_await (drover_qmp_execute (qmp, "quit", NULL), NULL));
  g_assert_false (drover_test_await (drover_qmp_when_closed (qmp), &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED);
  g_assert_cmpstr (log->str, ==, "SHUTDOWN ");
}

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  ADD ("/qmp-real/status", test_status);
  ADD ("/qmp-real/errors", test_errors);
  ADD ("/qmp-real/schema", test_schema);
  ADD ("/qmp-real/busy", test_busy);
  ADD ("/qmp-real/events", test_events);
  ADD ("/qmp-real/quit", test_quit);
  return drover_test_run ();
}
