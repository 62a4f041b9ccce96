/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>

#include "drover-command-view.h"
#include "drover-command-buffer.h"
#include "drover-library.h"
#include "drover-paths.h"
#include "drover-shell.h"
#include "drover-test.h"

/* The command view in a window of its own, with a real machine.json below it. */
typedef struct
{
  DroverLibrary *library;
  DroverMachine *machine;
  DroverEditor *editor;
  DroverConfig *config;
  DroverCommandView *view;
  GtkTextView *text;
  GtkTextBuffer *buffer;
  GtkWindow *window;
  char *failure;
} Fixture;

static const char *const options[][2] = {
  { "-machine", "q35" },
  { "-m", "size=512M,slots=2" },
  { "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:12:34:56" },
  { "-append", "root=/dev/vda quiet" },
  { "-nographic", NULL },
};

static GtkWidget *
find_type (GtkWidget *root, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static gboolean
says (GtkWidget *root, const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return FALSE;
  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (GTK_LABEL (root)), text) != NULL)
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;

  return FALSE;
}

static void
failed_cb (DroverConfig *config, const char *message, Fixture *fixture)
{
  g_set_str (&fixture->failure, message);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autoptr (DroverDocument) bare = drover_document_new ("Command", "qemu-system-x86_64");
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    g_ptr_array_add (arguments, drover_argument_new (options[i][0], options[i][1]));
  document = drover_document_with_arguments (bare, arguments);
  fixture->library = drover_library_new (folder);
  fixture->machine = drover_library_create (fixture->library, document, &error);
  g_assert_no_error (error);
  g_object_ref (fixture->machine);

  fixture->editor = drover_editor_get_for_machine (fixture->machine);
  fixture->config = drover_config_new (fixture->editor);
  g_signal_connect (fixture->config, "failed", G_CALLBACK (failed_cb), fixture);
  fixture->view = DROVER_COMMAND_VIEW (drover_command_view_new (fixture->config));
  fixture->text = GTK_TEXT_VIEW (find_type (GTK_WIDGET (fixture->view), GTK_TYPE_TEXT_VIEW));
  fixture->buffer = gtk_text_view_get_buffer (fixture->text);
  fixture->window = GTK_WINDOW (adw_window_new ());
  gtk_window_set_default_size (fixture->window, 360, 400);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  gtk_window_present (fixture->window);
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (fixture->text)));
  gtk_widget_grab_focus (GTK_WIDGET (fixture->text));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gpointer view = fixture->view;

  g_object_add_weak_pointer (view, &view);
  gtk_window_destroy (fixture->window);
  drover_test_until (view == NULL);
  g_assert_cmpstr (fixture->failure, ==, NULL);
  g_object_unref (fixture->config);
  g_object_unref (fixture->machine);
  g_object_unref (fixture->library);
}

static char *
dup_text (Fixture *fixture)
{
  return drover_command_buffer_dup_text (DROVER_COMMAND_BUFFER (fixture->buffer));
}

static gboolean
text_has (Fixture *fixture, const char *part)
{
  g_autofree char *text = dup_text (fixture);

  return strstr (text, part) != NULL;
}

/* The enabled arguments as the machine has them now. */
static char *
dup_command (Fixture *fixture)
{
  g_auto (GStrv) argv = drover_document_dup_argv (drover_editor_get_document (fixture->editor));

  return drover_shell_from_argv ((const char *const *) argv + 1);
}

static gboolean
command_has (Fixture *fixture, const char *part)
{
  g_autofree char *command = dup_command (fixture);

  return strstr (command, part) != NULL;
}

static gboolean
file_has (Fixture *fixture, const char *part)
{
  g_autofree char *contents = NULL;

  g_assert_true (
    g_file_get_contents (drover_machine_get_file (fixture->machine), &contents, NULL, NULL));
  return strstr (contents, part) != NULL;
}

/* Puts the cursor behind @after, as an arrow key would. */
static void
go_behind (Fixture *fixture, const char *after)
{
  g_autofree char *text = dup_text (fixture);
  const char *found = strstr (text, after);
  GtkTextIter at;

  g_assert_nonnull (found);
  gtk_text_buffer_get_iter_at_offset (fixture->buffer, &at,
                                      g_utf8_strlen (text, found - text + strlen (after)));
  gtk_text_buffer_place_cursor (fixture->buffer, &at);
}

static void
type (Fixture *fixture, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gtk_text_buffer_insert_interactive_at_cursor (fixture->buffer, text,
                                                    g_utf8_next_char (text) - text, TRUE);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static void
paste (Fixture *fixture, const char *text)
{
  gtk_text_buffer_insert_interactive_at_cursor (fixture->buffer, text, -1, TRUE);
}

static void
erase (Fixture *fixture, int n)
{
  GtkTextIter at;

  while (n-- > 0)
    {
      gtk_text_buffer_get_iter_at_mark (fixture->buffer, &at,
                                        gtk_text_buffer_get_insert (fixture->buffer));
      g_assert_true (gtk_text_buffer_backspace (fixture->buffer, &at, TRUE, TRUE));
    }
}

static void
press (Fixture *fixture, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->text), action, NULL));
}

static guint
count_tags (Fixture *fixture, const char *text)
{
  g_autofree char *all = dup_text (fixture);
  const char *found = strstr (all, text);
  GtkTextIter at;
  g_autoptr (GSList) tags = NULL;

  g_assert_nonnull (found);
  gtk_text_buffer_get_iter_at_offset (fixture->buffer, &at, g_utf8_strlen (all, found - all));
  tags = gtk_text_iter_get_tags (&at);
  return g_slist_length (tags);
}

static gboolean
has_tag (Fixture *fixture, const char *text, const char *property)
{
  g_autofree char *all = dup_text (fixture);
  const char *found = strstr (all, text);
  GtkTextIter at;
  g_autoptr (GSList) tags = NULL;

  g_assert_nonnull (found);
  gtk_text_buffer_get_iter_at_offset (fixture->buffer, &at, g_utf8_strlen (all, found - all));
  tags = gtk_text_iter_get_tags (&at);
  for (GSList *l = tags; l != NULL; l = l->next)
    {
      gboolean set;

      g_object_get (l->data, property, &set, NULL);
      if (set)
        return TRUE;
    }

  return FALSE;
}

#define IS_CHOSEN(fixture, text) has_tag (fixture, text, "background-set")
#define IS_UNDERLINED(fixture, text) has_tag (fixture, text, "underline-set")

static void
test_edit (Fixture *fixture, gconstpointer data)
{
  int cursor;
  int after;

  go_behind (fixture, "size=512");
  g_object_get (fixture->buffer, "cursor-position", &cursor, NULL);
  type (fixture, "00");
  drover_test_until (command_has (fixture, "-m size=51200M,slots=2"));
  g_object_get (fixture->buffer, "cursor-position", &after, NULL);
  g_assert_cmpint (after, ==, cursor + 2);
  drover_test_until (file_has (fixture, "size=51200M,slots=2"));

  /* A line of its own, in another layout than Drover's, stays as it was typed. */
  go_behind (fixture, "-nographic");
  type (fixture, "\n  -smp   2 -kernel '/my files/vmlinuz'");
  drover_test_until (command_has (fixture, "-nographic -smp 2 -kernel '/my files/vmlinuz'"));
  g_assert_true (text_has (fixture, "\n  -smp   2 -kernel '/my files/vmlinuz'\n"));

  /* The program too. */
  go_behind (fixture, "qemu-system-");
  erase (fixture, strlen ("system-"));
  drover_test_until (g_str_equal (
    drover_document_get_program (drover_editor_get_document (fixture->editor)), "qemu-x86_64"));
  g_assert_true (text_has (fixture, "\n  -smp   2 "));
}

static void
test_error (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = dup_command (fixture);
  g_autofree char *after = NULL;

  go_behind (fixture, "-nographic");
  paste (fixture, "\n-append 'no end");
  drover_test_until (says (GTK_WIDGET (fixture->view), "The quote that begins here has no end"));
  g_assert_true (IS_UNDERLINED (fixture, "'no end"));
  g_assert_false (IS_UNDERLINED (fixture, "-nographic"));

  after = dup_command (fixture);
  g_assert_cmpstr (after, ==, before);

  type (fixture, "'");
  drover_test_until (command_has (fixture, "-append 'no end'"));
  g_assert_false (says (GTK_WIDGET (fixture->view), "has no end"));
  g_assert_false (IS_UNDERLINED (fixture, "'no end"));
}

static void
test_undo (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = dup_text (fixture);
  g_autofree char *again = NULL;

  /* Typing is one step. */
  go_behind (fixture, "size=512");
  type (fixture, "345");
  drover_test_until (command_has (fixture, "size=512345M"));
  press (fixture, "command.undo");
  g_assert_true (command_has (fixture, "size=512M,slots=2"));
  again = dup_text (fixture);
  g_assert_cmpstr (again, ==, text);
  press (fixture, "command.redo");
  g_assert_true (command_has (fixture, "size=512345M"));
  g_assert_true (text_has (fixture, "size=512345M"));
  drover_test_until (file_has (fixture, "size=512345M"));

  /* What another view did is taken back from here as well. */
  g_assert_true (drover_editor_undo (fixture->editor, NULL));
  g_assert_true (text_has (fixture, "size=512M"));
  g_assert_cmpstr (drover_editor_get_redo_label (fixture->editor), ==, "Command line");

  /* What cannot be read goes first, and comes back. */
  go_behind (fixture, "-nographic");
  type (fixture, " $X");
  drover_test_until (says (GTK_WIDGET (fixture->view), "$X"));
  press (fixture, "command.undo");
  g_assert_false (text_has (fixture, "$X"));
  g_assert_true (command_has (fixture, "size=512M,slots=2"));
  press (fixture, "command.redo");
  g_assert_true (text_has (fixture, "-nographic $X"));
  g_assert_true (says (GTK_WIDGET (fixture->view), "$X"));
  press (fixture, "command.undo");
  g_assert_false (text_has (fixture, "$X"));
}

static void
set_memory (Fixture *fixture, const char *value)
{
  GPtrArray *old = drover_config_get_arguments (fixture->config);
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < old->len; i++)
    g_ptr_array_add (arguments, i == 1 ? drover_argument_with_value (old->pdata[i], value)
                                       : drover_argument_ref (old->pdata[i]));
  g_assert_true (drover_config_apply (fixture->config, arguments, "Memory", NULL));
}

/* Half a name is no option; a whole one is, also when Drover does not know it. */
static void
test_half_typed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = dup_command (fixture);
  g_autofree char *after = NULL;

  go_behind (fixture, "-nographic");
  type (fixture, "\n-sm");
  after = dup_command (fixture);
  g_assert_cmpstr (after, ==, before);
  type (fixture, "p 2");
  drover_test_until (command_has (fixture, "-smp 2"));
  g_assert_false (drover_editor_get_redo_label (fixture->editor) != NULL);

  type (fixture, "\n-brand-new");
  g_assert_false (command_has (fixture, "-brand-new"));
  go_behind (fixture, "q35");
  drover_test_until (command_has (fixture, "-brand-new"));
}

/* A row changes the machine: the text follows, and the cursor stays where it was. */
static void
test_change_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autofree char *line = NULL;
  GtkTextIter start;
  GtkTextIter end;

  go_behind (fixture, "mac=52:54");
  set_memory (fixture, "4G");
  g_assert_true (text_has (fixture, "\n-m 4G\n"));
  gtk_text_buffer_get_iter_at_mark (fixture->buffer, &end,
                                    gtk_text_buffer_get_insert (fixture->buffer));
  start = end;
  gtk_text_iter_set_line_offset (&start, 0);
  line = gtk_text_iter_get_text (&start, &end);
  g_assert_cmpstr (line, ==, "-device virtio-net-pci,netdev=n0,mac=52:54");

  /* A new name is nothing that the text says. */
  go_behind (fixture, "-nographic");
  type (fixture, "   ");
  {
    g_autoptr (DroverDocument) named =
      drover_document_with_name (drover_editor_get_document (fixture->editor), "Other");

    g_assert_true (drover_editor_apply (fixture->editor, named, "Name", NULL, NULL));
  }
  g_assert_true (text_has (fixture, "-nographic   "));
}

/* What was typed and cannot be read is not overwritten, nor does it overwrite. */
static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  go_behind (fixture, "-nographic");
  paste (fixture, "\n-smp $CPUS");
  drover_test_until (says (GTK_WIDGET (fixture->view), "$CPUS"));
  set_memory (fixture, "4G");
  g_assert_true (text_has (fixture, "-smp $CPUS"));
  g_assert_true (text_has (fixture, "-m size=512M,slots=2"));
  g_assert_true (says (GTK_WIDGET (fixture->view), "changed elsewhere"));
  erase (fixture, strlen ("$CPUS"));
  type (fixture, "2");
  g_assert_true (command_has (fixture, "-m 4G"));
  g_assert_false (command_has (fixture, "-smp"));

  press (fixture, "command.discard");
  g_assert_true (text_has (fixture, "-m 4G"));
  g_assert_false (text_has (fixture, "-smp"));
  g_assert_false (says (GTK_WIDGET (fixture->view), "changed elsewhere"));

  /* Thought better of it. */
  press (fixture, "command.redo");
  g_assert_true (command_has (fixture, "-m size=512M,slots=2"));
  g_assert_true (command_has (fixture, "-smp 2"));
  press (fixture, "command.undo");
  g_assert_true (command_has (fixture, "-m 4G"));
}

static void
assert_selection (Fixture *fixture, int argument, gsize start, gsize end)
{
  int found_argument;
  gsize found_start;
  gsize found_end;

  drover_config_get_selection (fixture->config, &found_argument, &found_start, &found_end);
  g_assert_cmpint (found_argument, ==, argument);
  g_assert_cmpuint (found_start, ==, start);
  g_assert_cmpuint (found_end, ==, end);
}

static void
test_selection (Fixture *fixture, gconstpointer data)
{
  /* From a row. */
  drover_config_select (fixture->config, 2, strlen ("virtio-net-pci,"),
                        strlen ("virtio-net-pci,netdev=n0"));
  g_assert_true (IS_CHOSEN (fixture, "netdev=n0"));
  g_assert_true (IS_CHOSEN (fixture, "n0,mac"));
  g_assert_false (IS_CHOSEN (fixture, ",mac"));
  g_assert_false (IS_CHOSEN (fixture, "-device"));
  drover_config_select (fixture->config, 4, 0, 0);
  g_assert_true (IS_CHOSEN (fixture, "-nographic"));
  g_assert_false (IS_CHOSEN (fixture, "netdev=n0"));

  /* From the text: the whole item, wherever in it the cursor is. */
  go_behind (fixture, "slo");
  assert_selection (fixture, 1, strlen ("size=512M,"), strlen ("size=512M,slots=2"));
  g_assert_true (IS_CHOSEN (fixture, "slots=2"));
  go_behind (fixture, "slots=2");
  assert_selection (fixture, 1, strlen ("size=512M,"), strlen ("size=512M,slots=2"));
  go_behind (fixture, "-device virtio");
  assert_selection (fixture, 2, 0, strlen ("virtio-net-pci"));
  go_behind (fixture, "-appe");
  assert_selection (fixture, 3, 0, 0);
  go_behind (fixture, "quie");
  assert_selection (fixture, 3, 0, strlen ("root=/dev/vda quiet"));
  go_behind (fixture, "qemu");
  assert_selection (fixture, -1, 0, 0);

  /* It moves along with what is typed before it. */
  go_behind (fixture, "qemu-system-x86_64");
  drover_config_select (fixture->config, 4, 0, 0);
  go_behind (fixture, "q35");
  type (fixture, ",usb=on");
  drover_test_until (command_has (fixture, "q35,usb=on"));
  assert_selection (fixture, 0, strlen ("q35,"), strlen ("q35,usb=on"));
  g_assert_true (IS_CHOSEN (fixture, "usb=on"));
}

static gboolean
drawn_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  int *left = user_data;

  return --*left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
is_in_sight (Fixture *fixture, const char *text)
{
  g_autofree char *all = dup_text (fixture);
  const char *found = strstr (all, text);
  GtkTextIter at;
  GdkRectangle place;
  GdkRectangle seen;

  g_assert_nonnull (found);
  gtk_text_buffer_get_iter_at_offset (fixture->buffer, &at, g_utf8_strlen (all, found - all));
  gtk_text_view_get_iter_location (fixture->text, &at, &place);
  gtk_text_view_get_visible_rect (fixture->text, &seen);
  return place.y >= seen.y && place.y + place.height <= seen.y + seen.height;
}

static void
resize (Fixture *fixture, int width)
{
  int frames = 6;

  gtk_window_set_default_size (fixture->window, width, 400);
  drover_test_until (ABS (gtk_widget_get_width (GTK_WIDGET (fixture->window)) - width) < 32);
  gtk_widget_add_tick_callback (GTK_WIDGET (fixture->text), drawn_cb, &frames, NULL);
  drover_test_until (frames == 0);
}

/* Narrower, the lines before it take more room. */
static void
test_stays_in_sight (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (int i = 10; i < 40; i++)
    g_string_append_printf (lines, "\n-device virtio-rng-pci,id=rng%d,disable-legacy=on", i);
  go_behind (fixture, "-nographic");
  paste (fixture, lines->str);
  drover_test_until (command_has (fixture, "rng39"));
  gtk_window_set_focus (fixture->window, NULL);

  resize (fixture, 900);
  drover_config_select (fixture->config, 5 + 15, 0, 1);
  drover_test_until (is_in_sight (fixture, "virtio-rng-pci,id=rng25"));
  resize (fixture, 360);
  drover_test_until (is_in_sight (fixture, "virtio-rng-pci,id=rng25"));
  resize (fixture, 900);
  drover_test_until (is_in_sight (fixture, "virtio-rng-pci,id=rng25"));

  /* Who types has the cursor in sight. */
  gtk_widget_grab_focus (GTK_WIDGET (fixture->text));
  go_behind (fixture, "id=rng38");
  gtk_text_view_scroll_mark_onscreen (fixture->text,
                                      gtk_text_buffer_get_insert (fixture->buffer));
  drover_test_until (is_in_sight (fixture, "virtio-rng-pci,id=rng38"));
  resize (fixture, 360);
  drover_test_until (is_in_sight (fixture, "id=rng38"));
}

static void
test_argument_menu (Fixture *fixture, gconstpointer data)
{
  go_behind (fixture, "-nograph");
  press (fixture, "command.toggle");
  g_assert_false (command_has (fixture, "-nographic"));
  g_assert_true (text_has (fixture, "\n# -nographic\n"));
  g_assert_true (file_has (fixture, "\"enabled\" : false"));
  press (fixture, "command.toggle");
  g_assert_true (command_has (fixture, "-nographic"));
  g_assert_true (text_has (fixture, "\n-nographic\n"));

  /* By typing as well. */
  go_behind (fixture, "quiet'\n");
  type (fixture, "#");
  drover_test_until (!command_has (fixture, "-nographic"));
  g_assert_true (text_has (fixture, "\n#-nographic\n"));
  press (fixture, "command.undo");
  g_assert_true (command_has (fixture, "-nographic"));

  /* A note is written where it stands. */
  go_behind (fixture, "-machi");
  press (fixture, "command.note");
  type (fixture, "the new one");
  drover_test_until (file_has (fixture, "\"note\" : \"the new one\""));
  g_assert_true (text_has (fixture, "\n-machine q35  # the new one\n"));
  press (fixture, "command.note");
  type (fixture, "!");
  drover_test_until (file_has (fixture, "\"note\" : \"the new one!\""));

  go_behind (fixture, "-nograph");
  press (fixture, "command.remove");
  g_assert_false (text_has (fixture, "-nographic"));
  press (fixture, "command.undo");
  g_assert_true (command_has (fixture, "-nographic"));

  /* Nothing can be done with an argument while the text says nothing. */
  go_behind (fixture, "-nographic");
  type (fixture, " >log");
  drover_test_until (says (GTK_WIDGET (fixture->view), "shell"));
  press (fixture, "command.copy-shell");
  gtk_widget_activate_action (GTK_WIDGET (fixture->text), "command.remove", NULL);
  g_assert_true (command_has (fixture, "-nographic"));
}

static void
text_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static char *
read_clipboard (Fixture *fixture)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (fixture->text)), NULL,
                                 text_read_cb, &text);
  drover_test_until (text != NULL);
  return text;
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *shell = NULL;
  g_autofree char *json = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) argv = drover_document_dup_argv (drover_editor_get_document (fixture->editor));
  g_auto (GStrv) parsed = NULL;
  g_autoptr (GError) error = NULL;

  press (fixture, "command.copy-shell");
  shell = read_clipboard (fixture);
  g_assert_true (g_str_has_prefix (shell, "qemu-system-x86_64 \\\n  -machine q35 \\\n  -m "));
  g_strdelimit (shell, "\\\n", ' ');
  g_assert_true (g_shell_parse_argv (shell, NULL, &parsed, &error));
  g_assert_no_error (error);
  g_assert_cmpstrv (parsed, argv);

  press (fixture, "command.copy-argv");
  json = read_clipboard (fixture);
  g_assert_nonnull (strstr (json, "\"root=/dev/vda quiet\""));

  go_behind (fixture, "-appe");
  press (fixture, "command.copy-argument");
  line = read_clipboard (fixture);
  g_assert_cmpstr (line, ==, "-append 'root=/dev/vda quiet'");
}

static void
test_as_launched (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DroverRun) run = drover_run_new (fixture->machine, "qmp.sock");
  GtkWidget *toggle = find_type (GTK_WIDGET (fixture->view), GTK_TYPE_TOGGLE_BUTTON);
  GtkTextBuffer *edited = fixture->buffer;
  GtkWidget *launched;

  g_assert_false (gtk_widget_get_visible (toggle));
  drover_command_view_set_run (fixture->view, run);
  g_assert_true (gtk_widget_get_visible (toggle));
  go_behind (fixture, "q35");
  type (fixture, ",usb=on");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), TRUE);
  drover_test_until (says (GTK_WIDGET (fixture->view), "what will be started"));

  drover_test_until (!gtk_widget_get_mapped (GTK_WIDGET (fixture->text)));
  launched = gtk_widget_get_ancestor (GTK_WIDGET (fixture->text), GTK_TYPE_STACK);
  launched = find_type (gtk_stack_get_visible_child (GTK_STACK (launched)), GTK_TYPE_TEXT_VIEW);
  g_assert_true (launched != GTK_WIDGET (fixture->text));
  g_assert_false (gtk_text_view_get_editable (GTK_TEXT_VIEW (launched)));
  fixture->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (launched));
  drover_test_until (text_has (fixture, "socket,id=drover-qmp"));
  g_assert_true (text_has (fixture, "-machine q35,usb=on\n"));

  /* The overlay has its colour besides that of its kind. */
  g_assert_cmpuint (count_tags (fixture, "-machine"), ==, 1);
  g_assert_cmpuint (count_tags (fixture, "-mon chardev=drover-qmp"), ==, 2);
  fixture->buffer = edited;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), FALSE);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (fixture->text)));
}

/* An older spelling is rewritten after its difference was shown, and in one step. */
static void
test_modernise (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog;

  go_behind (fixture, "-nographic");
  paste (fixture, "\n-enable-kvm");
  drover_test_until (command_has (fixture, "-enable-kvm"));
  press (fixture, "command.modernise");
  drover_test_until ((dialog = GTK_WIDGET (adw_window_get_visible_dialog (
                        ADW_WINDOW (fixture->window)))) != NULL);
  drover_test_until (says (dialog, "− -enable-kvm"));
  g_assert_true (says (dialog, "+ -accel kvm"));
  g_assert_true (command_has (fixture, "-enable-kvm"));
  g_signal_emit_by_name (dialog, "apply");
  g_assert_true (command_has (fixture, "-accel kvm"));
  g_assert_true (text_has (fixture, "\n-accel kvm\n"));
  g_assert_false (command_has (fixture, "-enable-kvm"));
  press (fixture, "command.undo");
  g_assert_true (command_has (fixture, "-enable-kvm"));
}

static void
free_problem (gpointer data)
{
  DroverCheckProblem *problem = data;

  g_free (problem->message);
  g_free (problem);
}

static DroverCheck *
make_check (int argument, gsize start, gsize end, const char *message)
{
  DroverCheck *check = g_new0 (DroverCheck, 1);
  DroverCheckProblem *problem = g_new0 (DroverCheckProblem, 1);

  g_atomic_ref_count_init (&check->ref_count);
  check->problems = g_ptr_array_new_with_free_func (free_problem);
  check->output = g_strdup ("");
  *problem = (DroverCheckProblem) { g_strdup (message), argument, start, end, TRUE };
  g_ptr_array_add (check->problems, problem);
  return check;
}

static void
test_check (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DroverCheck) check =
    make_check (2, strlen ("virtio-net-pci,"), strlen ("virtio-net-pci,netdev=n0"),
                "netdev 'n0' not found");

  drover_config_set_check (fixture->config, check);
  g_assert_true (IS_UNDERLINED (fixture, "netdev=n0"));
  g_assert_false (IS_UNDERLINED (fixture, "-device"));
  go_behind (fixture, "-devi");
  g_assert_true (says (GTK_WIDGET (fixture->view), "netdev 'n0' not found"));
  go_behind (fixture, "-nograph");
  g_assert_false (says (GTK_WIDGET (fixture->view), "netdev 'n0' not found"));

  /* The machine is another one now. */
  set_memory (fixture, "4G");
  g_assert_null (drover_config_get_check (fixture->config));
  g_assert_false (IS_UNDERLINED (fixture, "netdev=n0"));
}

/* Closed at once, what was typed last is there nevertheless. */
static void
test_close (Fixture *fixture, gconstpointer data)
{
  go_behind (fixture, "q35");
  paste (fixture, ",usb=on");
  adw_window_set_content (ADW_WINDOW (fixture->window), NULL);
  g_assert_true (command_has (fixture, "q35,usb=on"));
}

/* What cannot be read is still there when the page is opened anew. */
static void
test_draft (Fixture *fixture, gconstpointer data)
{
  go_behind (fixture, "-nographic");
  paste (fixture, " $X");
  drover_test_until (says (GTK_WIDGET (fixture->view), "$X"));
  adw_window_set_content (ADW_WINDOW (fixture->window), NULL);
  fixture->view = DROVER_COMMAND_VIEW (drover_command_view_new (fixture->config));
  fixture->text = GTK_TEXT_VIEW (find_type (GTK_WIDGET (fixture->view), GTK_TYPE_TEXT_VIEW));
  fixture->buffer = gtk_text_view_get_buffer (fixture->text);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  g_assert_true (text_has (fixture, "-nographic $X"));
  drover_test_until (says (GTK_WIDGET (fixture->view), "$X"));
  set_memory (fixture, "4G");
  adw_window_set_content (ADW_WINDOW (fixture->window), NULL);
  fixture->view = DROVER_COMMAND_VIEW (drover_command_view_new (fixture->config));
  fixture->text = GTK_TEXT_VIEW (find_type (GTK_WIDGET (fixture->view), GTK_TYPE_TEXT_VIEW));
  fixture->buffer = gtk_text_view_get_buffer (fixture->text);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  g_assert_true (text_has (fixture, "-nographic $X"));
  drover_test_until (says (GTK_WIDGET (fixture->view), "changed elsewhere"));
  press (fixture, "command.discard");
  g_assert_true (text_has (fixture, "-m 4G"));
}

#define ADD(name, function)                                                                    \
  g_test_add ("/command-view/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  adw_init ();
  ADD ("edit", test_edit);
  ADD ("error", test_error);
  ADD ("undo", test_undo);
  ADD ("half-typed", test_half_typed);
  ADD ("change-elsewhere", test_change_elsewhere);
  ADD ("conflict", test_conflict);
  ADD ("selection", test_selection);
  ADD ("stays-in-sight", test_stays_in_sight);
  ADD ("argument-menu", test_argument_menu);
  ADD ("copy", test_copy);
  ADD ("as-launched", test_as_launched);
  ADD ("modernise", test_modernise);
  ADD ("check", test_check);
  ADD ("close", test_close);
  ADD ("draft", test_draft);
  return drover_test_run ();
}
