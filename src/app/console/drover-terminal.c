/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "drover-history.h"
#include "drover-terminal.h"

#define SCROLLBACK_LINES 10000
#define CTRL_C 0x03

/* The 16 colours of GNOME's terminals. */
static const char *const palette[] = {
  "#241f31", "#c01c28", "#2ec27e", "#f5c211", "#1e78e4", "#9841bb", "#0ab9dc", "#c0bfbc",
  "#5e5c64", "#ed333b", "#57e389", "#f8e45c", "#51a1ff", "#c061cb", "#4fd2fd", "#f6f5f4",
};

/* A VTE terminal at the far end of a console's socket. */
struct _DroverTerminal
{
  VteTerminal parent_instance;

  DroverConsole *console;
};

G_DEFINE_FINAL_TYPE (DroverTerminal, drover_terminal, VTE_TYPE_TERMINAL)

enum
{
  CTRL_C_TYPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
console_output_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
                   gpointer user_data)
{
  VteTerminal *terminal = user_data;
  g_autoptr (GBytes) stripped = NULL;

  if (is_history)
    {
      stripped = drover_history_strip_questions (data, length);
      data = g_bytes_get_data (stripped, &length);
    }
  vte_terminal_feed (terminal, (const char *) data, length);
}

static void
commit_cb (VteTerminal *terminal, const char *text, guint size, gpointer user_data)
{
  DroverTerminal *self = DROVER_TERMINAL (terminal);

  if (self->console == NULL)
    return;

  if (drover_console_get_ctrl_c_quits (self->console) && memchr (text, CTRL_C, size) != NULL)
    g_signal_emit (self, signals[CTRL_C_TYPED], 0);
  else
    drover_console_write (self->console, text, size);
}

static void
update_colors (DroverTerminal *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GdkRGBA colors[G_N_ELEMENTS (palette)];
  GdkRGBA foreground;
  GdkRGBA background;

  for (guint i = 0; i < G_N_ELEMENTS (palette); i++)
    gdk_rgba_parse (&colors[i], palette[i]);
  gdk_rgba_parse (&foreground, dark ? "#ffffff" : "#1e1e1e");
  gdk_rgba_parse (&background, dark ? "#1e1e1e" : "#ffffff");
  vte_terminal_set_colors (VTE_TERMINAL (self), &foreground, &background, colors,
                           G_N_ELEMENTS (colors));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  vte_terminal_copy_clipboard_format (VTE_TERMINAL (widget), VTE_FORMAT_TEXT);
}

static void
paste_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  vte_terminal_paste_clipboard (VTE_TERMINAL (widget));
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  vte_terminal_select_all (VTE_TERMINAL (widget));
}

static void
drover_terminal_dispose (GObject *object)
{
  DroverTerminal *self = DROVER_TERMINAL (object);

  drover_terminal_set_console (self, NULL);

  G_OBJECT_CLASS (drover_terminal_parent_class)->dispose (object);
}

static void
drover_terminal_class_init (DroverTerminalClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_terminal_dispose;

  gtk_widget_class_install_action (widget_class, "terminal.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "terminal.paste", NULL, paste_action);
  gtk_widget_class_install_action (widget_class, "terminal.select-all", NULL, select_all_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "terminal.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "terminal.paste", NULL);

  /**
   * DroverTerminal::ctrl-c-typed:
   *
   * Ctrl-C was typed where it ends QEMU instead of reaching the guest.
   */
  signals[CTRL_C_TYPED] = g_signal_new ("ctrl-c-typed", DROVER_TYPE_TERMINAL, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
drover_terminal_init (DroverTerminal *self)
{
  VteTerminal *terminal = VTE_TERMINAL (self);
  g_autoptr (GMenu) menu = g_menu_new ();

  g_menu_append (menu, _("_Copy"), "terminal.copy");
  g_menu_append (menu, _("_Paste"), "terminal.paste");
  g_menu_append (menu, _("Select _All"), "terminal.select-all");
  vte_terminal_set_context_menu_model (terminal, G_MENU_MODEL (menu));

  vte_terminal_set_scrollback_lines (terminal, SCROLLBACK_LINES);
  vte_terminal_set_scroll_on_keystroke (terminal, TRUE);
  vte_terminal_set_audible_bell (terminal, FALSE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);

  g_signal_connect (self, "commit", G_CALLBACK (commit_cb), NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_colors), self, G_CONNECT_SWAPPED);
  update_colors (self);
}

/**
 * drover_terminal_new:
 *
 * Returns: (transfer floating): a terminal that is not connected
 */
DroverTerminal *
drover_terminal_new (void)
{
  return g_object_new (DROVER_TYPE_TERMINAL, NULL);
}

/**
 * drover_terminal_set_console:
 * @console: (nullable): what to show and type into
 *
 * Takes the output of @console from now on. What is shown already stays.
 */
void
drover_terminal_set_console (DroverTerminal *self, DroverConsole *console)
{
  g_return_if_fail (DROVER_IS_TERMINAL (self));

  if (self->console == console)
    return;

  if (self->console != NULL)
    drover_console_set_consumer (self->console, NULL, NULL);
  g_set_object (&self->console, console);
  if (console == NULL)
    return;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  drover_console_get_title (console), -1);
  drover_console_set_consumer (console, console_output_cb, self);
}
