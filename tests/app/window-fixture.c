/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-fixture.h"

#include "drover-application.h"
#include "activity-guest.h"
#include "test-guard.h"

/* Opens the real window in the test's own process and looks at it as a user does: only what
 * is mapped counts, and things are called by the names that a screen reader says. */

/* libadwaita 1.7 measures the heading of an alert dialog anew after it has chosen its size,
 * and GTK 4.18 says so. Nothing is cut off. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") &&
        g_str_has_prefix (fields[i].value, "Trying to measure GtkLabel"))
      return G_LOG_WRITER_HANDLED;

  return g_log_writer_default (level, fields, n_fields, user_data);
}

static void
print_words (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    g_printerr ("  | %s\n", gtk_label_get_text (GTK_LABEL (widget)));

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    print_words (child);
}

static void
tell (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    {
      g_printerr ("a window says:\n");
      print_words (l->data);
    }
}

/**
 * window_fixture_init:
 *
 * To be called first in `main`.
 */
void
window_fixture_init (int *argc, char ***argv)
{
  drover_test_init (argc, argv);
  test_guard_start (drover_test_dir ());
  g_log_set_writer_func (write_log, NULL, NULL);
  drover_test_set_tell (tell);

  /* A test that is through closes its window, whatever runs. */
  {
    g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

    g_settings_set_string (settings, "on-quit", "leave-running");
  }
}

typedef struct
{
  WindowBody body;
  gconstpointer data;
  GApplication *application;
  GListModel *session;
} Scene;

static void
run_body (gpointer user_data)
{
  Scene *scene = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (scene->application));

  g_assert_nonnull (window);
  scene->session = G_LIST_MODEL (
    g_object_ref (drover_application_get_session (DROVER_APPLICATION (scene->application))));
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (window)));
  scene->body (DROVER_WINDOW (window), scene->data);

  /* The app ends with its last window. */
  if (window != NULL)
    gtk_window_close (window);
  drover_test_until (window == NULL);
}

static void
activate_cb (GApplication *application, gpointer user_data)
{
  Scene *scene = user_data;

  /* Another may be started beside it, and activate this one again. */
  if (scene->application != NULL)
    return;
  scene->application = application;
  g_idle_add_once (run_body, scene);
}

/**
 * window_fixture_run:
 *
 * Runs Drover from its start to its end, with @body in between.
 */
void
window_fixture_run (WindowBody body, gconstpointer data)
{
  Scene scene = { body, data, NULL, NULL };
  DroverApplication *application = drover_application_new ();
  gpointer weak = application;

  g_object_add_weak_pointer (G_OBJECT (application), &weak);
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), &scene);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 0, NULL), ==, 0);
  g_object_unref (application);
  drover_test_until (weak == NULL);

  /* Whoever still holds it: it does not look after machines, which may be the next test's. */
  g_assert_cmpuint (g_list_model_get_n_items (scene.session), ==, 0);
  g_object_unref (scene.session);
}

/**
 * window_fixture_clean_up:
 *
 * Leaves no guest and no machine to the next test.
 */
void
window_fixture_clean_up (void)
{
  g_autofree char *machines = drover_paths_dup_machines_dir ();

  test_guard_end_guests (drover_test_dir ());
  test_guard_remove_tree (machines);
}

/**
 * window_put_machine:
 * @text: what its machine.json is to say, be it sense or not
 *
 * Returns: (transfer full): the path of its machine.json
 */
char *
window_put_machine (const char *slug, const char *text)
{
  g_autofree char *machines = drover_paths_dup_machines_dir ();
  g_autofree char *folder = g_build_filename (machines, slug, NULL);
  char *file = g_build_filename (folder, "machine.json", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
  return file;
}

/**
 * window_put_guest:
 *
 * Puts a machine there that needs no time to boot, see run-fixture.h.
 *
 * Returns: (transfer full): the path of its machine.json
 */
char *
window_put_guest (const char *slug)
{
  return window_put_guest_with (slug, ARGUMENTS ("-nographic"));
}

/**
 * window_put_guest_with:
 * @more: its further arguments, see run-fixture.h
 *
 * The same with a display, or devices, of one's own.
 *
 * Returns: (transfer full): the path of its machine.json
 */
char *
window_put_guest_with (const char *slug, const char *const *more)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (more);
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_machine_get_document (machine), slug);
  g_autofree char *text = drover_document_to_text (document);

  return window_put_machine (slug, text);
}

/**
 * window_put_busy_guest:
 *
 * Puts a machine there that reads @n_sectors of its disk, or works in waves, see
 * activity-guest.h.
 *
 * Returns: (transfer full): the path of its machine.json
 */
char *
window_put_busy_guest (const char *slug, guint n_sectors)
{
  g_autoptr (DroverMachine) machine = new_activity_machine (
    n_sectors, ARGUMENTS ("-accel", "tcg", "-cpu", "qemu64,-apic", "-device",
                          "virtio-balloon-pci", "-nic", "user"));
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_machine_get_document (machine), slug);
  g_autofree char *text = drover_document_to_text (document);

  return window_put_machine (slug, text);
}

typedef gboolean (*Match) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *root, Match match, gconstpointer data)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (match (root, data))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, match, data);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static gboolean
is_type (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) data);
}

/**
 * window_find_type:
 *
 * Returns: (transfer none) (nullable): the first such widget that is shown
 */
GtkWidget *
window_find_type (gpointer root, GType type)
{
  return find (root, is_type, &type);
}

static gboolean
is_button_called (GtkWidget *widget, gconstpointer data)
{
  g_autofree char *difference = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree char *plain = NULL;

  if (!GTK_IS_BUTTON (widget))
    return FALSE;
  if (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    {
      difference = gtk_test_accessible_check_property (
        GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, (const char *) data, NULL);
      return difference == NULL;
    }
  if (gtk_button_get_label (GTK_BUTTON (widget)) == NULL)
    return FALSE;

  parts = g_strsplit (gtk_button_get_label (GTK_BUTTON (widget)), "_", 2);
  plain = g_strjoinv ("", parts);
  return g_str_equal (plain, data);
}

/**
 * window_find_button:
 *
 * Returns: (transfer none) (nullable): the button of this name, when it is shown
 */
GtkWidget *
window_find_button (gpointer root, const char *name)
{
  return root != NULL ? find (root, is_button_called, name) : NULL;
}

static gboolean
is_label_with (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), data) != NULL;
}

/**
 * window_find_label:
 *
 * Returns: (transfer none) (nullable): the first label with @text in it that is shown
 */
GtkWidget *
window_find_label (gpointer root, const char *text)
{
  return root != NULL ? find (root, is_label_with, text) : NULL;
}

/**
 * window_says:
 *
 * Returns: whether a label with @text in it is shown
 */
gboolean
window_says (gpointer root, const char *text)
{
  return root != NULL && find (root, is_label_with, text) != NULL;
}

static GtkListBoxRow *
get_row (DroverWindow *window, int position)
{
  GtkWidget *machines = window_find_type (window, GTK_TYPE_LIST_BOX);

  return machines != NULL ? gtk_list_box_get_row_at_index (GTK_LIST_BOX (machines), position)
                          : NULL;
}

/**
 * window_row_says:
 *
 * Returns: whether the row at @position of the list of machines says @text
 */
gboolean
window_row_says (DroverWindow *window, int position, const char *text)
{
  return window_says (get_row (window, position), text);
}

/**
 * window_count_rows:
 *
 * Returns: how many machines are listed
 */
guint
window_count_rows (DroverWindow *window)
{
  guint n = 0;

  while (get_row (window, n) != NULL)
    n++;

  return n;
}

/**
 * window_activate_row:
 *
 * Chooses a machine.
 */
void
window_activate_row (DroverWindow *window, int position)
{
  drover_test_until (get_row (window, position) != NULL);
  g_assert_true (gtk_widget_activate (GTK_WIDGET (get_row (window, position))));
}

/**
 * window_can_press:
 *
 * Returns: whether the button is shown and sensitive
 */
gboolean
window_can_press (gpointer root, const char *button)
{
  GtkWidget *widget = window_find_button (root, button);

  return widget != NULL && gtk_widget_is_sensitive (widget);
}

/**
 * window_press:
 *
 * Waits until the button can be pressed, and presses it.
 */
void
window_press (DroverWindow *window, const char *button)
{
  g_test_message ("pressing “%s”", button);
  drover_test_until (window_can_press (window, button));
  g_assert_true (gtk_widget_activate (window_find_button (window, button)));
}

static GtkWidget *
find_dialog (DroverWindow *window)
{
  return window_find_type (window, ADW_TYPE_ALERT_DIALOG);
}

/**
 * window_press_in_dialog:
 *
 * window_press() in the dialog that asks something, which goes then.
 */
void
window_press_in_dialog (DroverWindow *window, const char *button)
{
  g_test_message ("pressing “%s” in the dialog", button);
  drover_test_until (window_can_press (find_dialog (window), button));
  g_assert_true (gtk_widget_activate (window_find_button (find_dialog (window), button)));
  drover_test_until (find_dialog (window) == NULL);
}

/**
 * window_assert_usable:
 * @description: (nullable): what its tooltip and its accessible description must be
 */
void
window_assert_usable (DroverWindow *window, const char *button, gboolean usable,
                      const char *description)
{
  GtkWidget *widget = window_find_button (window, button);
  g_autofree char *difference = NULL;

  g_assert_nonnull (widget);
  g_assert_cmpint (gtk_widget_is_sensitive (widget), ==, usable);
  if (description == NULL)
    return;

  g_assert_cmpstr (gtk_widget_get_tooltip_text (widget), ==, description);
  difference = gtk_test_accessible_check_property (
    GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, NULL);
  g_assert_cmpstr (difference, ==, NULL);
}

static gboolean
moves (GtkWidget *widget, gconstpointer data)
{
  return (GTK_IS_STACK (widget) && gtk_stack_get_transition_running (GTK_STACK (widget)));
}

/**
 * window_is_moving:
 *
 * Returns: whether one page is just making room for another
 */
gboolean
window_is_moving (DroverWindow *window)
{
  return find (GTK_WIDGET (window), moves, NULL) != NULL;
}

/**
 * window_resize:
 *
 * Waits until the window has that width, of which a shadow may take some pixels.
 */
void
window_resize (DroverWindow *window, int width, int height)
{
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  drover_test_until (ABS (gtk_widget_get_width (GTK_WIDGET (window)) - width) < 32);
}

/* Lets the window draw itself with all that was changed. */
static gboolean
drawn_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  int *left = user_data;

  return --*left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
draw (GtkWidget *widget, int n_frames)
{
  gtk_widget_add_tick_callback (widget, drawn_cb, &n_frames, NULL);
  drover_test_until (n_frames == 0);
}

/**
 * window_draw:
 * @n_frames: how many
 *
 * Lets so many frames be drawn.
 */
void
window_draw (DroverWindow *window, int n_frames)
{
  draw (GTK_WIDGET (window), n_frames);
}

/* GTK's own dialog, which comes where there is no portal. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static GtkWindow *
find_file_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (GTK_IS_FILE_CHOOSER_DIALOG (window) && gtk_widget_get_mapped (GTK_WIDGET (window)))
        return window; /* GTK holds it */
    }

  return NULL;
}

static gboolean
has_file (GtkFileChooser *chooser, GFile *file)
{
  g_autoptr (GFile) chosen = gtk_file_chooser_get_file (chooser);

  return chosen != NULL && g_file_equal (chosen, file);
}

/**
 * window_choose_file:
 * @path: a file that is there, or one that is to be saved in a folder that is there
 *
 * Waits until a file is asked for, and chooses this one.
 */
void
window_choose_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *name = g_file_get_basename (file);
  GtkFileChooser *chooser;
  g_autoptr (GError) error = NULL;

  g_test_message ("choosing “%s”", path);
  drover_test_until (find_file_dialog () != NULL);
  chooser = GTK_FILE_CHOOSER (find_file_dialog ());
  /* It reads folders, and does not tell when it is done. */
  draw (GTK_WIDGET (chooser), 20);
  if (gtk_file_chooser_get_action (chooser) == GTK_FILE_CHOOSER_ACTION_SAVE)
    {
      gtk_file_chooser_set_current_folder (chooser, folder, &error);
      gtk_file_chooser_set_current_name (chooser, name);
    }
  else
    gtk_file_chooser_set_file (chooser, file, &error);
  g_assert_no_error (error);
  drover_test_until (has_file (chooser, file));
  draw (GTK_WIDGET (chooser), 20);
  gtk_dialog_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  drover_test_until (find_file_dialog () == NULL);
}

G_GNUC_END_IGNORE_DEPRECATIONS

/**
 * window_save:
 * @native: a window, or a popover, which the picture of its window does not have
 * @path: of a PNG file
 *
 * Writes a picture of it as it is.
 */
void
window_save (gpointer native, const char *path)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (native));
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (native)), node, NULL);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

/**
 * window_picture:
 *
 * Puts a picture of the window into the folder $DROVER_TEST_PICTURES, if there is one.
 */
void
window_picture (DroverWindow *window, const char *prefix, const char *name)
{
  const char *folder = g_getenv ("DROVER_TEST_PICTURES");
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;

  window_draw (window, 30);
  path = g_strdup_printf ("%s/%s-%s-%d.png", folder, prefix, name,
                          gtk_widget_get_width (GTK_WIDGET (window)));
  window_save (window, path);
}

/**
 * window_terminal_has:
 *
 * Returns: whether @text is to be seen on the console
 */
gboolean
window_terminal_has (DroverWindow *window, const char *text)
{
  GtkWidget *terminal = window_find_type (window, VTE_TYPE_TERMINAL);
  g_autofree char *content =
    terminal != NULL ? vte_terminal_get_text_format (VTE_TERMINAL (terminal), VTE_FORMAT_TEXT)
                     : NULL;

  return content != NULL && strstr (content, text) != NULL;
}

/**
 * window_type:
 *
 * Types into the console. VTE says “commit”, as it does when a key was pressed.
 */
void
window_type (DroverWindow *window, const char *text)
{
  GtkWidget *terminal = window_find_type (window, VTE_TYPE_TERMINAL);

  g_assert_nonnull (terminal);
  vte_terminal_feed_child (VTE_TERMINAL (terminal), text, -1);
}
