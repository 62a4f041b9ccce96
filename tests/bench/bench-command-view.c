/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>

#include "drover-command-buffer.h"
#include "drover-command-view.h"
#include "drover-library.h"
#include "drover-paths.h"
#include "drover-test.h"
#include "median.h"

/* A key stroke in the command view of a machine with 300 arguments, until the machine has it and
 * the next picture is drawn. The baseline is the same in a plain text view with the same text. They
 * take turns. */
#define ARGUMENTS 300
#define RUNS 51

typedef struct
{
  GtkWidget *window;
  GtkTextView *text;
  GtkTextBuffer *buffer;
  guint64 frames;
} Scene;

static GtkWidget *
find_text (GtkWidget *root)
{
  if (GTK_IS_TEXT_VIEW (root))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_text (child);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
painted_cb (GdkFrameClock *clock, Scene *scene)
{
  scene->frames++;
}

static void
show (Scene *scene, GtkWidget *child)
{
  scene->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (scene->window), 800, 600);
  gtk_window_set_child (GTK_WINDOW (scene->window), child);
  gtk_window_present (GTK_WINDOW (scene->window));
  scene->text = GTK_TEXT_VIEW (find_text (child));
  scene->buffer = gtk_text_view_get_buffer (scene->text);
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (scene->text)));
  gtk_widget_grab_focus (GTK_WIDGET (scene->text));
  g_signal_connect (gtk_widget_get_frame_clock (scene->window), "after-paint",
                    G_CALLBACK (painted_cb), scene);
}

/* In the first visible lines, so that the change is drawn. */
static double
type (Scene *scene)
{
  gint64 start = g_get_monotonic_time ();
  guint64 frame = scene->frames;
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_line_offset (scene->buffer, &at, 2, strlen ("-netdev user,id=n"));
  gtk_text_buffer_place_cursor (scene->buffer, &at);
  gtk_text_buffer_insert_interactive_at_cursor (scene->buffer, "1", 1, TRUE);
  drover_test_until (scene->frames > frame && !g_main_context_pending (NULL));
  return (g_get_monotonic_time () - start) / 1000.0;
}

static DroverMachine *
make_machine (DroverLibrary *library)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (DroverDocument) bare = drover_document_new ("Bench", "qemu-system-x86_64");
  g_autoptr (DroverDocument) document = NULL;

  for (guint i = 0; i < ARGUMENTS; i++)
    {
      g_autofree char *text =
        g_strdup_printf ("user,id=n%u,hostfwd=tcp::%u-:22,hostname=guest", i, 2000 + i);

      g_ptr_array_add (arguments, drover_argument_new ("-netdev", text));
    }
  document = drover_document_with_arguments (bare, arguments);
  return drover_library_create (library, document, NULL);
}

static GtkWidget *
new_plain_view (const char *text)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  return scroller;
}

static void
bench_command_view (void)
{
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autoptr (DroverLibrary) library = drover_library_new (folder);
  DroverMachine *machine = make_machine (library);
  g_autoptr (DroverConfig) config =
    drover_config_new (drover_editor_get_for_machine (machine));
  g_autofree char *text = NULL;
  Scene view = { 0 };
  Scene plain = { 0 };
  double drover[RUNS];
  double bare[RUNS];

  show (&view, drover_command_view_new (config));
  text = drover_command_buffer_dup_text (DROVER_COMMAND_BUFFER (view.buffer));
  show (&plain, new_plain_view (text));
  type (&view);
  type (&plain);
  for (guint i = 0; i < RUNS; i++)
    {
      DroverDocument *before = drover_editor_get_document (drover_config_get_editor (config));

      drover[i] = type (&view);
      g_assert_true (drover_editor_get_document (drover_config_get_editor (config)) != before);
      bare[i] = type (&plain);
    }

  g_print ("# key stroke in the command view of %d arguments until drawn, median of %d: %.1f ms, "
           "in a plain text view %.1f ms, ratio %.2f\n",
           ARGUMENTS, RUNS, median (drover, RUNS), median (bare, RUNS),
           median (drover, RUNS) / median (bare, RUNS));
  gtk_window_destroy (GTK_WINDOW (view.window));
  gtk_window_destroy (GTK_WINDOW (plain.window));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/bench/command-view", bench_command_view);
  return drover_test_run ();
}
