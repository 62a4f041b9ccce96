/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-agent-exec.h"
#include "drover-agent-run.h"
#include "drover-dex.h"
#include "drover-guest-private.h"

/* As much as is shown of what a command wrote. */
#define LONGEST_OUTPUT (256 * 1024)

/* The dialog that runs a command in the guest: the line, what came out, how it ended. */
typedef struct
{
  grefcount references;
  DroverGuestPage *page;
  AdwDialog *dialog; /* %NULL when it is closed */
  GtkEditable *entry;
  GtkWidget *run;
  GtkLabel *end;
  GtkTextBuffer *output;
  GCancellable *cancellable;
  gboolean windows;
  char *line;
} Shell;

static Shell *
shell_ref (Shell *shell)
{
  g_ref_count_inc (&shell->references);
  return shell;
}

static void
shell_unref (gpointer data)
{
  Shell *shell = data;

  if (!g_ref_count_dec (&shell->references))
    return;
  g_object_unref (shell->page);
  g_object_unref (shell->cancellable);
  g_free (shell->line);
  g_free (shell);
}

static void
append (Shell *shell, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", MIN (length, LONGEST_OUTPUT));
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (shell->output, &end);
  gtk_text_buffer_insert (shell->output, &end, text, -1);
}

static void
show_output (Shell *shell, const DroverAgentOutput *output)
{
  g_autofree char *text =
    output->signal != 0 ? g_strdup_printf (_("Ended by signal %d"), output->signal)
                        : g_strdup_printf (_("Exit status %d"), output->exit_status);
  gboolean cut = output->truncated || g_bytes_get_size (output->output) > LONGEST_OUTPUT ||
                 g_bytes_get_size (output->errors) > LONGEST_OUTPUT;

  append (shell, output->output);
  append (shell, output->errors);
  if (cut)
    {
      g_autofree char *both = g_strdup_printf (_("%s. Only the start of the output is shown"), text);

      gtk_label_set_label (shell->end, both);
    }
  else
    gtk_label_set_label (shell->end, text);
}

static DexFuture *
run_fiber (gpointer user_data)
{
  Shell *shell = user_data;
  const char *const posix[] = { "/bin/sh", "-c", shell->line, NULL };
  const char *const windows[] = { "cmd.exe", "/c", shell->line, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgent) agent =
    dex_await_object (drover_run_open_agent (shell->page->run), &error);
  g_autoptr (DroverAgentOutput) output =
    agent != NULL ? dex_await_boxed (drover_agent_run_command (agent,
                                                               shell->windows ? windows : posix,
                                                               shell->cancellable),
                                     &error)
                  : NULL;

  if (agent != NULL)
    drover_agent_close (agent);
  if (shell->page->stack != NULL)
    _drover_guest_page_set_busy (shell->page, FALSE);
  if (shell->dialog == NULL)
    return dex_future_new_true ();

  gtk_widget_set_sensitive (shell->run, TRUE);
  if (output != NULL)
    show_output (shell, output);
  else
    gtk_label_set_label (shell->end, error->message);
  return dex_future_new_true ();
}

static void
run_cb (Shell *shell)
{
  const char *line = gtk_editable_get_text (shell->entry);

  if (*line == '\0' || shell->page->busy || shell->page->run == NULL)
    return;

  g_set_str (&shell->line, line);
  gtk_text_buffer_set_text (shell->output, "", -1);
  gtk_label_set_label (shell->end, _("It runs"));
  gtk_widget_set_sensitive (shell->run, FALSE);
  _drover_guest_page_set_busy (shell->page, TRUE);
  drover_dex_forget (drover_dex_spawn (run_fiber, shell_ref (shell), shell_unref));
}

static void
closed_cb (AdwDialog *dialog, Shell *shell)
{
  shell->dialog = NULL;
  g_cancellable_cancel (shell->cancellable);
}

static void
closure_unref (gpointer data, GClosure *closure)
{
  shell_unref (data);
}

static GtkWidget *
new_output (Shell *shell)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("What the command wrote"), -1);
  shell->output = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_add_css_class (scrolled, "card");
  return scrolled;
}

static GtkWidget *
new_line (Shell *shell)
{
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *entry = adw_entry_row_new ();
  GtkWidget *run = gtk_button_new_with_mnemonic (_("_Run"));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry),
                                 shell->windows ? _("Command for cmd.exe") : _("Command for sh"));
  gtk_widget_set_valign (run, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (run, "suggested-action");
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (entry), run);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), entry);
  shell->entry = GTK_EDITABLE (entry);
  shell->run = run;
  g_signal_connect_swapped (run, "clicked", G_CALLBACK (run_cb), shell);
  g_signal_connect_swapped (entry, "entry-activated", G_CALLBACK (run_cb), shell);
  return list;
}

void
_drover_guest_page_run_command (DroverGuestPage *self)
{
  Shell *shell = g_new0 (Shell, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *end = gtk_label_new (NULL);

  g_ref_count_init (&shell->references);
  shell->page = g_object_ref (self);
  shell->cancellable = g_cancellable_new ();
  shell->windows = self->facts != NULL && drover_agent_facts_is_windows (self->facts);
  shell->dialog = adw_dialog_new ();
  shell->end = GTK_LABEL (end);
  gtk_label_set_wrap (shell->end, TRUE);
  gtk_label_set_xalign (shell->end, 0);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_box_append (GTK_BOX (box), new_line (shell));
  gtk_box_append (GTK_BOX (box), new_output (shell));
  gtk_box_append (GTK_BOX (box), end);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), box);
  adw_dialog_set_title (shell->dialog, _("Run a Command in the Guest"));
  adw_dialog_set_content_width (shell->dialog, 640);
  adw_dialog_set_content_height (shell->dialog, 480);
  adw_dialog_set_child (shell->dialog, view);
  g_signal_connect_data (shell->dialog, "closed", G_CALLBACK (closed_cb), shell, closure_unref,
                         G_CONNECT_DEFAULT);
  adw_dialog_set_focus (shell->dialog, GTK_WIDGET (shell->entry));
  adw_dialog_present (shell->dialog, GTK_WIDGET (self));
}
