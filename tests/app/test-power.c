/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "drover-autostart.h"
#include "drover-clock.h"
#include "drover-dex.h"
#include "drover-machine-row.h"
#include "drover-trouble-bar.h"
#include "run-fixture.h"
#include "test-guard.h"
#include "window-fixture.h"

/* The power of machines through the real window: the menu of a row, what went wrong and what helps,
 * notifications, quitting, and the end of the session. */

static DroverRun *
get_run (DroverWindow *window, guint position)
{
  DroverApplication *application =
    DROVER_APPLICATION (gtk_window_get_application (GTK_WINDOW (window)));
  GListModel *session = G_LIST_MODEL (drover_application_get_session (application));
  g_autoptr (DroverRun) run = g_list_model_get_item (session, position);

  g_assert_nonnull (run);
  return run; /* the session holds it */
}

static GtkWidget *
get_row (DroverWindow *window, int position)
{
  GtkWidget *machines = window_find_type (window, GTK_TYPE_LIST_BOX);

  return GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (machines), position));
}

static void
mark_cb (gboolean *mark)
{
  *mark = TRUE;
}

static void
set_on_quit (const char *choice)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_string (settings, "on-quit", choice);
}

static void
start_row (DroverWindow *window, int position)
{
  g_assert_true (gtk_widget_activate_action (get_row (window, position), "row.start-paused", NULL));
  drover_test_until (g_str_equal (drover_run_get_state (get_run (window, position)), "prelaunch"));
  g_assert_true (gtk_widget_activate_action (get_row (window, position), "row.resume", NULL));
  drover_test_until (drover_run_is_running (get_run (window, position)));
}

/* What is in a menu has no name of a button. */
static gboolean
menu_has (GtkWidget *row, const char *text)
{
  GtkWidget *menu = window_find_type (row, GTK_TYPE_POPOVER_MENU);

  return menu != NULL && window_says (menu, text);
}

static void
menu (DroverWindow *window, gconstpointer data)
{
  drover_test_until (window_count_rows (window) == 2);
  window_activate_row (window, 0);
  g_assert_true (gtk_widget_activate_action (get_row (window, 1), "row.menu", NULL));
  drover_test_until (menu_has (get_row (window, 1), "Start Without Keeping Anything"));
  g_assert_false (menu_has (get_row (window, 1), "Reset"));
  gtk_popover_popdown (
    GTK_POPOVER (window_find_type (get_row (window, 1), GTK_TYPE_POPOVER_MENU)));

  /* It is about its own row, and leaves alone which machine is shown. */
  start_row (window, 1);
  g_assert_true (drover_window_get_run (window) == get_run (window, 0));
  g_assert_true (drover_run_is_off (get_run (window, 0)));
  g_assert_true (gtk_widget_activate_action (get_row (window, 1), "row.menu", NULL));
  drover_test_until (menu_has (get_row (window, 1), "Reset"));
  g_assert_false (menu_has (get_row (window, 1), "Start Paused"));
  g_assert_false (menu_has (get_row (window, 1), "Wake"));
  gtk_popover_popdown (
    GTK_POPOVER (window_find_type (get_row (window, 1), GTK_TYPE_POPOVER_MENU)));

  g_assert_true (gtk_widget_activate_action (get_row (window, 1), "row.force-off", NULL));
  drover_test_until (window_says (window, "“two”"));
  window_press_in_dialog (window, "Force Off");
  drover_test_until (drover_run_is_off (get_run (window, 1)));
}

static void
test_menu (void)
{
  g_autofree char *one = window_put_guest ("one");
  g_autofree char *two = window_put_guest ("two");

  window_fixture_run (menu, NULL);
  window_fixture_clean_up ();
}

static void
disposable (DroverWindow *window, gconstpointer data)
{
  g_auto (GStrv) argv = NULL;

  drover_test_until (window_row_says (window, 0, "Off"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.start-disposable", NULL));
  drover_test_until (window_row_says (window, 0, "Running · nothing is kept"));
  drover_test_until (window_says (window, "Nothing is kept: what this guest writes"));
  argv = drover_run_dup_launch_argv (get_run (window, 0));
  g_assert_true (g_strv_contains ((const char *const *) argv, "-snapshot"));

  /* Nobody looks: no time passes. */
  g_assert_true (drover_clock_get_ticking (drover_clock_get ()));
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  g_assert_false (drover_clock_get_ticking (drover_clock_get ()));
  gtk_widget_set_visible (GTK_WIDGET (window), TRUE);
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (window)));
  g_assert_true (drover_clock_get_ticking (drover_clock_get ()));

  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));
  drover_test_until (!window_says (window, "Nothing is kept: what this guest writes"));
  g_assert_false (drover_clock_get_ticking (drover_clock_get ()));
}

static void
test_disposable (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (disposable, NULL);
  window_fixture_clean_up ();
}

/* Trouble, and notifications: a desktop of our own writes down what it is told. */

#define NOTIFICATIONS                                                                      \
  "<node><interface name='org.freedesktop.Notifications'>"                                 \
  "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"     \
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>" \
  "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"                      \
  "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"                 \
  "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"               \
  "<method name='CloseNotification'><arg type='u' direction='in'/></method>"               \
  "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"                   \
  "</interface></node>"

typedef struct
{
  GDBusConnection *bus;
  GPtrArray *shown;   /* titles, bodies and buttons, in one text each */
  char *action;       /* of the last one's first button */
  guint n_closed;
} Desktop;

static void
call_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *parameters, GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  Desktop *desktop = user_data;
  const char *title;
  const char *body;
  g_autofree const char **actions = NULL;

  if (g_str_equal (method, "GetCapabilities"))
    {
      g_dbus_method_invocation_return_value (invocation, g_variant_new_parsed ("(['actions'],)"));
      return;
    }
  if (g_str_equal (method, "CloseNotification"))
    {
      desktop->n_closed++;
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }

  g_variant_get (parameters, "(&su&s&s&s^a&s@a{sv}i)", NULL, NULL, NULL, &title, &body, &actions,
                 NULL, NULL);
  g_ptr_array_add (desktop->shown,
                   g_strdup_printf ("%s|%s|%s", title, body,
                                    g_strv_length ((GStrv) actions) > 3 ? actions[3] : ""));
  g_set_str (&desktop->action, g_strv_length ((GStrv) actions) > 3 ? actions[2] : NULL);
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(u)", desktop->shown->len));
}

static void
desktop_init (Desktop *desktop)
{
  static const GDBusInterfaceVTable table = { .method_call = call_cb };
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (NOTIFICATIONS, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  desktop->shown = g_ptr_array_new_with_free_func (g_free);
  desktop->bus = g_dbus_connection_new_for_address_sync (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
               G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (desktop->bus, "/org/freedesktop/Notifications",
                                     info->interfaces[0], &table, desktop, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (
    desktop->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
    "RequestName", g_variant_new ("(su)", "org.freedesktop.Notifications", 0), NULL,
    G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
desktop_clear (Desktop *desktop)
{
  g_dbus_connection_close_sync (desktop->bus, NULL, NULL);
  g_clear_object (&desktop->bus);
  g_clear_pointer (&desktop->shown, g_ptr_array_unref);
  g_clear_pointer (&desktop->action, g_free);
}

static const char *
get_last (Desktop *desktop)
{
  return desktop->shown->len > 0 ? desktop->shown->pdata[desktop->shown->len - 1] : "";
}

/* The user presses a button of the last notification. */
static void
desktop_press (Desktop *desktop)
{
  g_assert_nonnull (desktop->action);
  g_dbus_connection_emit_signal (desktop->bus, NULL, "/org/freedesktop/Notifications",
                                 "org.freedesktop.Notifications", "ActionInvoked",
                                 g_variant_new ("(us)", desktop->shown->len, desktop->action),
                                 NULL);
}

static gboolean
is_active (DroverWindow *window)
{
  return gtk_window_is_active (GTK_WINDOW (window));
}

/* A guest that knows no power button, then one that is killed. */
static void
trouble (DroverWindow *window, gconstpointer data)
{
  Desktop *desktop = (Desktop *) data;
  GtkWidget *bar;

  start_row (window, 0);
  bar = window_find_type (window, DROVER_TYPE_TROUBLE_BAR);
  g_assert_nonnull (bar);

  /* While the window is looked at it says so itself. */
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  drover_test_until (!is_active (window));
  drover_run_set_patience (get_run (window, 0), 1);
  drover_dex_forget (drover_run_shut_down (get_run (window, 0)));
  drover_test_until (desktop->shown->len > 0);
  g_assert_nonnull (strstr (get_last (desktop), "quick: The guest does not shut down|"));
  g_assert_nonnull (strstr (get_last (desktop), "|Force Off"));
  assert_qemu_state (get_run (window, 0), "running");

  /* The button of the notification brings the window, which asks. */
  desktop_press (desktop);
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (window)));
  drover_test_until (window_says (window, "The guest does not shut down"));
  drover_test_until (window_can_press (bar, "Force Off…"));
  window_press_in_dialog (window, "Cancel");

  /* To be seen, and put away. */
  g_assert_true (window_row_says (window, 0, "The guest does not shut down"));
  g_assert_true (gtk_widget_activate (window_find_button (bar, "Close")));
  drover_test_until (drover_run_get_trouble (get_run (window, 0)) == NULL);
  drover_test_until (!window_says (bar, "The guest does not shut down"));

  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  drover_test_until (!is_active (window));
  kill (drover_run_get_pid (get_run (window, 0)), SIGKILL);
  drover_test_until (strstr (get_last (desktop), "|Start") != NULL);
  g_assert_nonnull (strstr (get_last (desktop), "quick: QEMU was killed|"));
  gtk_widget_set_visible (GTK_WIDGET (window), TRUE);
  drover_test_until (window_says (window, "QEMU was killed") && window_can_press (window, "Start"));
  g_assert_true (window_row_says (window, 0, "QEMU was killed"));

  /* Switched off, nothing is told. */
  {
    g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");
    gboolean over = FALSE;
    guint n_shown;

    g_settings_set_boolean (settings, "notifications", FALSE);
    start_row (window, 0);
    n_shown = desktop->shown->len;
    gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
    drover_test_until (!is_active (window));
    kill (drover_run_get_pid (get_run (window, 0)), SIGKILL);
    drover_test_until (drover_run_is_off (get_run (window, 0)));
    /* What would be told is told before this is over: it was begun earlier, and is shorter. */
    g_timeout_add_once (1000, (GSourceOnceFunc) mark_cb, &over);
    drover_test_until (over);
    g_assert_cmpuint (desktop->shown->len, ==, n_shown);
    g_settings_reset (settings, "notifications");
    gtk_widget_set_visible (GTK_WIDGET (window), TRUE);
    drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (window)));
  }
}

static void
test_trouble (void)
{
  g_autofree char *file = window_put_guest ("quick");
  Desktop desktop = { NULL };

  desktop_init (&desktop);
  window_fixture_run (trouble, &desktop);
  desktop_clear (&desktop);
  window_fixture_clean_up ();
}

/* A QEMU that plays it, see fake-qemu.c, comes to a guest that it cannot run. */
static void
played_trouble (DroverWindow *window, gconstpointer data)
{
  DroverRun *run = get_run (window, 0);
  GtkWidget *bar;

  drover_dex_forget (drover_run_start (run, FALSE));
  drover_test_until (window_row_says (window, 0, "QEMU cannot go on with the guest"));
  bar = window_find_type (window, DROVER_TYPE_TROUBLE_BAR);
  drover_test_until (window_says (bar, "met something in the guest that it cannot run"));
  g_assert_true (window_says (bar, "emulate the guest instead (-accel tcg)"));
  g_assert_true (window_can_press (bar, "QEMU’s Messages"));
  window_picture (window, "power", "internal-error");

  /* What helps, here: the guest runs again, and sleeps, and is woken. */
  drover_test_until (window_can_press (bar, "Reset"));
  g_assert_true (gtk_widget_activate (window_find_button (bar, "Reset")));
  if (window_find_type (window, ADW_TYPE_ALERT_DIALOG) != NULL)
    window_press_in_dialog (window, "Reset");
  drover_test_until (!window_says (window, "QEMU cannot go on with the guest"));
  drover_test_until (g_str_equal (drover_run_get_state (run), "suspended"));
  window_press (window, "Wake");
  drover_test_until (drover_run_is_running (run));
  drover_test_until (window_row_says (window, 0, "Running"));
  drover_dex_forget (drover_run_force_off (run));
  drover_test_until (drover_run_is_off (run));
}

static char *
put_played (const char *script)
{
  g_autofree char *program =
    g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "core", "fake-qemu", NULL);
  g_autofree char *path = g_build_filename (drover_test_dir (), "script", NULL);
  g_autofree char *text = NULL;
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, script, -1, &error);
  g_assert_no_error (error);
  machine =
    new_machine (program, ARGUMENTS ("-nodefaults", "-fake", "script", "-fake-script", path));
  text = drover_document_to_text (drover_machine_get_document (machine));
  return window_put_machine ("played", text);
}

static void
test_played_trouble (void)
{
  g_autofree char *file = put_played (
    "@cont\n=internal-error\n{\"event\": \"STOP\", \"timestamp\": {}}\n"
    "@system_reset\n=suspended\n{\"event\": \"RESET\", \"data\": {\"guest\": false, "
    "\"reason\": \"host-qmp-system-reset\"}, \"timestamp\": {}}\n"
    "{\"event\": \"SUSPEND\", \"timestamp\": {}}\n"
    "@system_wakeup\n=running\n{\"event\": \"WAKEUP\", \"timestamp\": {}}\n");

  window_fixture_run (played_trouble, NULL);
  window_fixture_clean_up ();
}

/* A guest that knows no power button may have an agent. It is played by this test, at the path of
 * the channel's socket: it hangs up, and that is told. */

static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, guint *n)
{
  (*n)++;
  return TRUE;
}

static void
ask_agent (DroverWindow *window, gconstpointer data)
{
  g_autofree char *path = g_build_filename (
    drover_machine_get_folder (drover_run_get_machine (get_run (window, 0))), "agent.sock", NULL);
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  GtkWidget *bar;
  guint n = 0;

  start_row (window, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), &n);

  bar = window_find_type (window, DROVER_TYPE_TROUBLE_BAR);
  g_assert_false (window_can_press (bar, "Ask the Guest Agent"));
  drover_run_set_patience (get_run (window, 0), 1);
  drover_dex_forget (drover_run_shut_down (get_run (window, 0)));
  drover_test_until (window_can_press (bar, "Ask the Guest Agent"));
  g_assert_true (window_can_press (bar, "Force Off…"));
  g_assert_cmpuint (n, ==, 0);
  /* Both have room, one below the other: else libadwaita would warn, which ends a test. */
  window_resize (window, 360, 720);
  window_activate_row (window, 0);
  drover_test_until (window_can_press (bar, "Ask the Guest Agent"));
  window_draw (window, 6);
  window_resize (window, 1100, 760);
  drover_test_until (window_can_press (bar, "Ask the Guest Agent"));
  g_assert_true (gtk_widget_activate (window_find_button (bar, "Ask the Guest Agent")));
  drover_test_until (n == 1);
  drover_test_until (!window_says (bar, "and the guest is still on"));
  drover_test_until (window_can_press (bar, "Ask the Guest Agent"));
  assert_qemu_state (get_run (window, 0), "running");

  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (drover_run_is_off (get_run (window, 0)));
  g_assert_false (window_can_press (bar, "Ask the Guest Agent"));
}

static void
test_ask_agent (void)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (
    ARGUMENTS ("-nographic", "-chardev", "socket,id=agent0,path=agent.sock,server=on,wait=off",
               "-device", "isa-serial,chardev=agent0"));
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_machine_get_document (machine), "agent");
  g_autofree char *text = drover_document_to_text (document);
  g_autofree char *file = window_put_machine ("agent", text);

  window_fixture_run (ask_agent, NULL);
  window_fixture_clean_up ();
}

/* Quitting */

static void
close_and_cancel (DroverWindow *window)
{
  gtk_window_close (GTK_WINDOW (window));
  drover_test_until (window_says (window, "Leave the Machine Running?"));
  window_press_in_dialog (window, "Cancel");
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (window)));
}

static void
quit_and_leave (DroverWindow *window, gconstpointer data)
{
  GPid pid;

  start_row (window, 0);
  pid = drover_run_get_pid (get_run (window, 0));
  set_on_quit ("ask");
  close_and_cancel (window);

  /* For good, this time. */
  gtk_window_close (GTK_WINDOW (window));
  drover_test_until (window_says (window, "Leave the Machine Running?"));
  g_assert_true (window_says (window, "quick"));
  gtk_check_button_set_active (
    GTK_CHECK_BUTTON (window_find_type (window_find_type (window, ADW_TYPE_ALERT_DIALOG),
                                        GTK_TYPE_CHECK_BUTTON)),
    TRUE);
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  g_assert_true (gtk_widget_activate (
    window_find_button (window_find_type (window, ADW_TYPE_ALERT_DIALOG), "Leave Running")));
  drover_test_until (window == NULL);
  g_assert_cmpint (kill (pid, 0), ==, 0);
}

static void
assert_on_quit (const char *choice)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");
  g_autofree char *found = g_settings_get_string (settings, "on-quit");

  g_assert_cmpstr (found, ==, choice);
}

static void
see_progress (DroverWindow *window, const char *button)
{
  GtkWidget *dialog;

  drover_test_until (window_says (window, "Shutting Down…"));
  dialog = window_find_type (window, ADW_TYPE_ALERT_DIALOG);
  g_assert_true (window_says (dialog, "quick"));
  drover_test_until (window_can_press (dialog, button));
  if (!g_str_equal (button, "Keep Drover Open"))
    g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  g_assert_true (gtk_widget_activate (window_find_button (dialog, button)));
  if (g_str_equal (button, "Keep Drover Open"))
    drover_test_until (window_find_type (window, ADW_TYPE_ALERT_DIALOG) == NULL);
  else
    drover_test_until (window == NULL);
}

static void
quit_and_shut_down (DroverWindow *window, gconstpointer data)
{
  gboolean pressed = FALSE;

  drover_test_until (drover_run_is_running (get_run (window, 0)));
  set_on_quit ("shut-down");
  g_signal_connect_swapped (get_run (window, 0), "event::POWERDOWN",
                            G_CALLBACK (mark_cb), &pressed);
  g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "quit", NULL);
  see_progress (window, "Keep Drover Open");
  drover_test_until (pressed);
  g_assert_true (drover_run_is_running (get_run (window, 0)));
  g_signal_handlers_disconnect_by_data (get_run (window, 0), &pressed);

  gtk_window_close (GTK_WINDOW (window));
  see_progress (window, "Force Off");
}

static void
test_quit (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (quit_and_leave, NULL);
  assert_on_quit ("leave-running");
  g_assert_true (any_process_left ());
  window_fixture_run (quit_and_shut_down, NULL);
  g_assert_false (any_process_left ());
  set_on_quit ("leave-running");
  window_fixture_clean_up ();
}

typedef struct
{
  const char *state;
  const char *script;
} Still;

static void
quit_with_still (DroverWindow *window, gconstpointer data)
{
  const Still *still = data;
  DroverRun *run = get_run (window, 0);

  drover_dex_forget (drover_run_start (run, FALSE));
  drover_test_until (g_str_equal (drover_run_get_state (run), still->state));
  set_on_quit ("shut-down");
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_close (GTK_WINDOW (window));
  drover_test_until (window == NULL);
}

/* Guests that could not react to a power button, or that have: Drover need not be told to force
 * them off. */
static void
test_quit_with_still (void)
{
#define STOPS(state) "@cont\n=" state "\n{\"event\": \"STOP\", \"timestamp\": {}}\n"
#define SHUTS_DOWN                                                                                 \
  "@system_powerdown\n=shutdown\n{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, "           \
  "\"reason\": \"guest-shutdown\"}, \"timestamp\": {}}\n"
  static const Still stills[] = {
    { "internal-error", STOPS ("internal-error") },
    { "guest-panicked", STOPS ("guest-panicked") },
    { "watchdog", STOPS ("watchdog") "@cont\n=running\n" SHUTS_DOWN },
    { "io-error", STOPS ("io-error") "@cont\n=running\n" SHUTS_DOWN },
    { "suspended", STOPS ("suspended") "@system_wakeup\n=running\n" SHUTS_DOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (stills); i++)
    {
      g_autofree char *file = put_played (stills[i].script);

      g_test_message ("%s", stills[i].state);
      window_fixture_run (quit_with_still, &stills[i]);
      g_assert_false (any_process_left ());
      set_on_quit ("leave-running");
      window_fixture_clean_up ();
    }
}

/* The session */

static void
session_end (DroverWindow *window, gconstpointer data)
{
  GApplication *application = g_application_get_default ();
  DroverSessionGuard *guard = drover_application_get_guard (DROVER_APPLICATION (application));
  DroverMachine *machine = drover_run_get_machine (get_run (window, 0));
  g_autoptr (DroverDocument) leave = NULL;
  g_autoptr (GError) error = NULL;
  Desktop *desktop = (Desktop *) data;
  gboolean pressed = FALSE;

  g_assert_null (drover_session_guard_get_reason (guard));
  start_row (window, 0);
  g_assert_cmpstr (drover_session_guard_get_reason (guard), ==, "1 virtual machine is running");
  g_signal_connect_swapped (get_run (window, 0), "event::POWERDOWN", G_CALLBACK (mark_cb),
                            &pressed);

  /* The question is asked before the user has decided, and may be taken back. QEMU, which has
   * answered twice since, would have told of a press. */
  g_signal_emit_by_name (application, "query-end");
  drover_test_until (g_str_has_suffix (get_last (desktop), "|Shut the Machines Down"));
  g_assert_true (g_str_has_prefix (get_last (desktop), "1 virtual machine is running|"));
  for (guint i = 0; i < 2; i++)
    g_assert_true (drover_test_await (drover_run_refresh (get_run (window, 0)), NULL));
  g_assert_false (pressed);

  desktop_press (desktop);
  drover_test_until (pressed);
  g_signal_handlers_disconnect_by_data (get_run (window, 0), &pressed);

  /* One that is to run on holds up nobody. */
  leave = drover_session_end_with (drover_machine_get_document (machine), FALSE);
  drover_machine_save (machine, leave, &error);
  g_assert_no_error (error);
  drover_test_until (drover_session_guard_get_reason (guard) == NULL);
}

static void
test_session_end (void)
{
  g_autofree char *file = window_put_guest ("quick");

  Desktop desktop = { NULL };

  desktop_init (&desktop);
  window_fixture_run (session_end, &desktop);
  desktop_clear (&desktop);
  window_fixture_clean_up ();
}

typedef struct
{
  GApplication *application;
  const char *how;
  gboolean begun;
} Ending;

static void
end_session (gpointer user_data)
{
  Ending *ending = user_data;
  DroverWindow *window =
    DROVER_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (ending->application)));

  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (window)));
  drover_dex_forget (drover_run_start (get_run (window, 0), FALSE));
  drover_test_until (drover_run_is_running (get_run (window, 0)));
  if (g_str_equal (ending->how, "signal"))
    g_assert_cmpint (raise (SIGTERM), ==, 0);
  else if (g_str_equal (ending->how, "user"))
    g_action_group_activate_action (G_ACTION_GROUP (ending->application), "quit", NULL);
  else
    g_application_quit (ending->application);
}

static void
ending_activate_cb (GApplication *application, Ending *ending)
{
  if (!ending->begun)
    g_idle_add_once (end_session, ending);
  ending->begun = TRUE;
}

/* The window is still there, as when the session manager has GTK quit the app, or there is none
 * and a signal comes. The guest reacts to its power button, and QEMU stays. That the user quits
 * is another thing: it is left running. */
static void
test_session_ends (gconstpointer how)
{
  g_autofree char *file = put_played ("@cont\n=running\n" SHUTS_DOWN);
  DroverApplication *application = drover_application_new ();
  Ending ending = { G_APPLICATION (application), how, FALSE };

  g_signal_connect_after (application, "activate", G_CALLBACK (ending_activate_cb), &ending);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 0, NULL), ==, 0);
  g_object_unref (application);
  g_assert_true (any_process_left () == g_str_equal (how, "user"));
  window_fixture_clean_up ();
}

static void
sweep (DroverWindow *window, gconstpointer data)
{
  DroverMachine *last = drover_run_get_machine (get_run (window, 1));
  g_autofree char *last_file = NULL;
  DroverMachine *machine = drover_run_get_machine (get_run (window, 0));
  g_autofree char *file = NULL;
  g_autofree char *text = NULL;
  g_autoptr (DroverDocument) renamed = NULL;
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_autostart_set (machine, TRUE), &error);
  g_assert_no_error (error);
  file = drover_autostart_dup_file (machine);
  g_assert_nonnull (file);

  /* It follows the name, and goes with the folder. */
  renamed = drover_document_with_name (drover_machine_get_document (machine), "Other; name");
  drover_machine_save (machine, renamed, &error);
  g_assert_no_error (error);
  drover_test_until (window_row_says (window, 0, "Other; name"));
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Drover: Other; name\n"));
  test_guard_remove_tree (drover_machine_get_folder (machine));
  drover_test_until (window_count_rows (window) == 1);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));

  /* When there is none left it may be that their folder is only not mounted. */
  drover_test_await (drover_autostart_set (last, TRUE), &error);
  g_assert_no_error (error);
  last_file = drover_autostart_dup_file (last);
  test_guard_remove_tree (drover_machine_get_folder (last));
  drover_test_until (window_says (window, "No Machines Yet"));
  g_assert_true (g_file_test (last_file, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (last_file), ==, 0);
}

static void
test_sweep (void)
{
  g_autofree char *last = window_put_guest ("sweep-last");
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (sweep, NULL);
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_path_get_dirname (DROVERCTL);
  g_autofree char *path = g_strdup_printf ("%s:%s", folder, g_getenv ("PATH"));

  window_fixture_init (&argc, &argv);
  g_setenv ("PATH", path, TRUE);
  g_test_add_func ("/power/menu", test_menu);
  g_test_add_func ("/power/disposable", test_disposable);
  g_test_add_func ("/power/trouble", test_trouble);
  g_test_add_func ("/power/played-trouble", test_played_trouble);
  g_test_add_func ("/power/ask-agent", test_ask_agent);
  g_test_add_func ("/power/quit-with-still", test_quit_with_still);
  g_test_add_func ("/power/quit", test_quit);
  g_test_add_func ("/power/session-end", test_session_end);
  g_test_add_data_func ("/power/session-ends/quit", "quit", test_session_ends);
  g_test_add_data_func ("/power/session-ends/signal", "signal", test_session_ends);
  g_test_add_data_func ("/power/session-ends/user", "user", test_session_ends);
  g_test_add_func ("/power/autostart", test_sweep);
  return drover_test_run ();
}
