/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "drover-history.h"
#include "drover-terminal.h"

#define CTRL_C 0x03

#define ZOOM_STEP 0.1
#define SMALLEST_ZOOM 0.4
#define LARGEST_ZOOM 3.0

/* How much VTE gets from one frame to the next: between these, and more as long as the frames
 * come in time. */
#define LEAST_PER_FRAME (16 * 1024)
#define MOST_PER_FRAME (256 * 1024)
#define LATE_USEC 40000
#define HELD_FRAMES 3

/* While output comes much faster than it can be shown, drawing takes the processor from who makes it,
 * and nobody can read along: so frames are rarer until none has come for a while. */
#define FLOOD_USEC 100000
#define FLOOD_IS_OVER_USEC 150000

/* A few bytes, such as the echo of a key, need not wait for the next frame. */
#define AT_ONCE 4096

/* Without a frame clock: of a terminal that is not shown. */
#define HIDDEN_MSEC 100
#define PER_HIDDEN_TURN (256 * 1024)

/* More than any scrollback that is of use. What is before that is not shown; the log has it. */
#define BEHIND_LIMIT (8 * 1024 * 1024)

#define PCRE2_CASELESS_ 0x00000008u
#define PCRE2_MULTILINE_ 0x00000400u

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
  GSettings *settings;
  double zoom;

  GQueue behind; /* of GBytes: what VTE has not got yet */
  gsize n_behind;
  guint tick;
  guint timeout;
  gsize per_frame;
  gint64 last_frame;
  gint64 last_flood; /* when more came though there was too much already */

  /* See mend_height(). */
  double top;          /* the first line of the screen, counted from the first of all */
  double top_before;   /* the same before a change of the height; negative when there is none */
  double pushed;       /* how many lines a lower terminal pushed out of the screen */
  guint n_held;        /* for how many frames output was held back meanwhile */
};

G_DEFINE_FINAL_TYPE (DroverTerminal, drover_terminal, VTE_TYPE_TERMINAL)

enum
{
  PROP_0,
  PROP_ZOOM,
  N_PROPS
};

enum
{
  CTRL_C_TYPED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- output, from frame to frame -------------------------------------------------------------- */

static void
feed (DroverTerminal *self, gsize most)
{
  while (most > 0 && self->behind.length > 0)
    {
      g_autoptr (GBytes) bytes = g_queue_pop_head (&self->behind);
      gsize length;
      const char *data = g_bytes_get_data (bytes, &length);
      gsize n = MIN (most, length);

      vte_terminal_feed (VTE_TERMINAL (self), data, n);
      if (n < length)
        g_queue_push_head (&self->behind, g_bytes_new_from_bytes (bytes, n, length - n));
      self->n_behind -= n;
      most -= n;
    }
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  DroverTerminal *self = DROVER_TERMINAL (widget);
  gint64 now = gdk_frame_clock_get_frame_time (clock);

  /* VTE tells what a change of the height did with its next frame. */
  if (self->top_before >= 0 && self->n_held++ < HELD_FRAMES)
    return G_SOURCE_CONTINUE;
  self->top_before = -1;

  if (now - self->last_flood < FLOOD_IS_OVER_USEC && now - self->last_frame < FLOOD_USEC)
    return G_SOURCE_CONTINUE;

  /* A frame that came late had too much to do. */
  if (self->last_frame != 0 && now - self->last_frame > LATE_USEC)
    self->per_frame = MAX (LEAST_PER_FRAME, self->per_frame / 2);
  else if (self->last_frame != 0)
    self->per_frame = MIN (MOST_PER_FRAME, self->per_frame * 2);
  self->last_frame = now;

  feed (self, self->per_frame);
  if (self->behind.length > 0)
    return G_SOURCE_CONTINUE;

  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
timeout_cb (gpointer user_data)
{
  DroverTerminal *self = user_data;

  feed (self, PER_HIDDEN_TURN);
  if (self->behind.length > 0)
    return G_SOURCE_CONTINUE;

  self->timeout = 0;
  return G_SOURCE_REMOVE;
}

static void
stop_feeding (DroverTerminal *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->timeout, g_source_remove);
}

/* Who is shown is fed by its frame clock, and others, whose clock stands still, by and by. */
static void
start_feeding (DroverTerminal *self)
{
  if (self->behind.length == 0 || self->tick != 0 || self->timeout != 0)
    return;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->timeout = g_timeout_add (HIDDEN_MSEC, timeout_cb, self);
      return;
    }

  self->last_frame = 0;
  self->per_frame = LEAST_PER_FRAME;
  self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
say_skipped (DroverTerminal *self, guint64 size)
{
  g_autofree char *words = g_format_size (size);
  g_autofree char *note = g_strdup_printf (_("%s were not shown here; the log has them"), words);
  g_autofree char *line = g_strdup_printf ("\r\n\033[2m[%s]\033[22m\r\n", note);
  gsize length = strlen (line);

  g_queue_push_head (&self->behind, g_bytes_new (line, length));
  self->n_behind += length;
}

static void
limit_behind (DroverTerminal *self)
{
  guint64 skipped = 0;

  while (self->n_behind - skipped > BEHIND_LIMIT / 2 && self->behind.length > 1)
    {
      g_autoptr (GBytes) bytes = g_queue_pop_head (&self->behind);

      skipped += g_bytes_get_size (bytes);
    }

  self->n_behind -= skipped;
  if (skipped > 0)
    say_skipped (self, skipped);
}

static void
output (DroverTerminal *self, const guint8 *data, gsize length)
{
  if (length == 0)
    return;
  if (self->behind.length == 0 && length <= AT_ONCE && self->top_before < 0)
    {
      vte_terminal_feed (VTE_TERMINAL (self), (const char *) data, length);
      return;
    }

  if (self->n_behind > MOST_PER_FRAME)
    self->last_flood = g_get_monotonic_time ();
  g_queue_push_tail (&self->behind, g_bytes_new (data, length));
  self->n_behind += length;
  if (self->n_behind > BEHIND_LIMIT)
    limit_behind (self);
  start_feeding (self);
}

static void
console_output_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
                   gpointer user_data)
{
  g_autoptr (GBytes) stripped = NULL;

  if (is_history)
    {
      stripped = drover_history_strip_questions (data, length);
      data = g_bytes_get_data (stripped, &length);
    }
  output (user_data, data, length);
}

static void
skipped_cb (DroverConsole *console, guint64 size, DroverTerminal *self)
{
  say_skipped (self, size);
  start_feeding (self);
}

/* --- input ------------------------------------------------------------------------------------ */

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

/* --- the height -------------------------------------------------------------------------------- */

/* When a terminal gets higher, VTE fills it up with lines from before. A program that draws on
 * the whole screen of a serial line does not know of that, and goes on drawing where it thinks
 * that the screen begins: so the lines are pushed out again. Those that the terminal itself
 * pushed out when it got lower do come back. */
static void
mend_height (DroverTerminal *self, double before)
{
  double back;
  int n;
  g_autofree char *keys = NULL;

  if (self->top >= before)
    {
      self->pushed += self->top - before;
      return;
    }

  back = MIN (before - self->top, self->pushed);
  n = (int) (before - self->top - back);
  self->pushed -= back;
  if (n <= 0)
    return;

  keys = g_strdup_printf ("\033[%dS\033[%dA", n, n);
  vte_terminal_feed (VTE_TERMINAL (self), keys, -1);
}

static void
adjustment_changed_cb (GtkAdjustment *adjustment, DroverTerminal *self)
{
  double before = self->top_before;
  double top = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  /* What scrolled away since comes back first, and the program knows that it is gone. */
  if (before < 0 && top > self->top)
    self->pushed = 0;
  self->top = top;
  self->top_before = -1;
  if (before >= 0)
    mend_height (self, before);
}

static void
drover_terminal_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  DroverTerminal *self = DROVER_TERMINAL (widget);
  long rows = vte_terminal_get_row_count (VTE_TERMINAL (self));

  GTK_WIDGET_CLASS (drover_terminal_parent_class)->size_allocate (widget, width, height, baseline);
  if (vte_terminal_get_row_count (VTE_TERMINAL (self)) != rows && self->top_before < 0)
    {
      self->top_before = self->top;
      self->n_held = 0;
      /* It tells only when there is something to do. NUL does nothing. */
      vte_terminal_feed (VTE_TERMINAL (self), "\0", 1);
    }
}

static void
adjustment_set_cb (DroverTerminal *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self));

  if (adjustment != NULL)
    g_signal_connect_object (adjustment, "changed", G_CALLBACK (adjustment_changed_cb), self,
                             G_CONNECT_DEFAULT);
}

/* --- the widget -------------------------------------------------------------------------------- */

static void
drover_terminal_map (GtkWidget *widget)
{
  DroverTerminal *self = DROVER_TERMINAL (widget);

  GTK_WIDGET_CLASS (drover_terminal_parent_class)->map (widget);
  stop_feeding (self);
  start_feeding (self);
}

static void
drover_terminal_unmap (GtkWidget *widget)
{
  DroverTerminal *self = DROVER_TERMINAL (widget);

  GTK_WIDGET_CLASS (drover_terminal_parent_class)->unmap (widget);
  stop_feeding (self);
  start_feeding (self);
}

static void
drover_terminal_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ZOOM:
      g_value_set_double (value, DROVER_TERMINAL (object)->zoom);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_terminal_dispose (GObject *object)
{
  DroverTerminal *self = DROVER_TERMINAL (object);

  drover_terminal_set_console (self, NULL);
  stop_feeding (self);
  g_queue_clear_full (&self->behind, (GDestroyNotify) g_bytes_unref);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (drover_terminal_parent_class)->dispose (object);
}

static void
drover_terminal_class_init (DroverTerminalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_terminal_dispose;
  object_class->get_property = drover_terminal_get_property;
  widget_class->size_allocate = drover_terminal_size_allocate;
  widget_class->map = drover_terminal_map;
  widget_class->unmap = drover_terminal_unmap;

  gtk_widget_class_install_action (widget_class, "terminal.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "terminal.paste", NULL, paste_action);
  gtk_widget_class_install_action (widget_class, "terminal.select-all", NULL, select_all_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "terminal.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "terminal.paste", NULL);

  /**
   * DroverTerminal:zoom:
   *
   * How large the text is to be, 1 being the usual size. Where the room is too narrow for 80
   * columns of it, it is smaller.
   */
  properties[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, SMALLEST_ZOOM, LARGEST_ZOOM, 1,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverTerminal::ctrl-c-typed:
   *
   * Ctrl-C was typed where it ends QEMU instead of reaching the guest.
   */
  signals[CTRL_C_TYPED] = g_signal_new ("ctrl-c-typed", DROVER_TYPE_TERMINAL, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
update_scrollback (DroverTerminal *self)
{
  /* -1 is VTE's word for all, too. */
  vte_terminal_set_scrollback_lines (VTE_TERMINAL (self),
                                     g_settings_get_int (self->settings, DROVER_SCROLLBACK_KEY));
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

  self->zoom = 1;
  self->top_before = -1;
  self->settings = g_settings_new ("io.github.drover_vm.Drover");
  g_signal_connect_object (self->settings, "changed::" DROVER_SCROLLBACK_KEY,
                           G_CALLBACK (update_scrollback), self, G_CONNECT_SWAPPED);
  update_scrollback (self);
  g_signal_connect (self, "notify::vadjustment", G_CALLBACK (adjustment_set_cb), NULL);
  adjustment_set_cb (self);
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
    {
      drover_console_set_consumer (self->console, NULL, NULL);
      g_signal_handlers_disconnect_by_data (self->console, self);
    }
  g_set_object (&self->console, console);
  if (console == NULL)
    return;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  drover_console_get_title (console), -1);
  g_signal_connect_object (console, "skipped", G_CALLBACK (skipped_cb), self, G_CONNECT_DEFAULT);
  drover_console_set_consumer (console, console_output_cb, self);
}

/**
 * drover_terminal_get_console:
 *
 * Returns: (transfer none) (nullable): what is shown
 */
DroverConsole *
drover_terminal_get_console (DroverTerminal *self)
{
  g_return_val_if_fail (DROVER_IS_TERMINAL (self), NULL);
  return self->console;
}

/**
 * drover_terminal_is_behind:
 *
 * Returns: whether there is output that is not shown yet
 */
gboolean
drover_terminal_is_behind (DroverTerminal *self)
{
  g_return_val_if_fail (DROVER_IS_TERMINAL (self), FALSE);
  return self->behind.length > 0;
}

/**
 * drover_terminal_get_zoom:
 *
 * Returns: #DroverTerminal:zoom
 */
double
drover_terminal_get_zoom (DroverTerminal *self)
{
  g_return_val_if_fail (DROVER_IS_TERMINAL (self), 1);
  return self->zoom;
}

/**
 * drover_terminal_zoom:
 * @steps: how much larger, or smaller; 0 for the usual size
 *
 * Returns: whether that changed the text; not when 80 columns of it would not fit any more
 */
gboolean
drover_terminal_zoom (DroverTerminal *self, int steps)
{
  double shown;
  double zoom;

  g_return_val_if_fail (DROVER_IS_TERMINAL (self), FALSE);

  /* It may be smaller than it is to be, for want of room. From there it gets smaller still. */
  shown = vte_terminal_get_font_scale (VTE_TERMINAL (self));
  zoom = steps == 0 ? 1 : MIN (self->zoom, shown) + steps * ZOOM_STEP;
  zoom = CLAMP (zoom, SMALLEST_ZOOM, LARGEST_ZOOM);
  if (steps > 0 && shown < self->zoom)
    return FALSE;

  if (self->zoom != zoom)
    {
      self->zoom = zoom;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
    }
  return TRUE;
}

/**
 * drover_terminal_send:
 * @keys: what is to be typed
 *
 * Sends it as if it had been typed.
 */
void
drover_terminal_send (DroverTerminal *self, const char *keys)
{
  g_return_if_fail (DROVER_IS_TERMINAL (self));

  if (self->console != NULL)
    drover_console_write (self->console, keys, strlen (keys));
}

/**
 * drover_terminal_set_search:
 * @text: (nullable): what to look for, as it is; %NULL or nothing ends the search
 *
 * Says what drover_terminal_find() looks for.
 */
void
drover_terminal_set_search (DroverTerminal *self, const char *text, gboolean match_case)
{
  g_autoptr (VteRegex) regex = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *escaped = NULL;

  g_return_if_fail (DROVER_IS_TERMINAL (self));

  if (text != NULL && *text != '\0')
    {
      escaped = g_regex_escape_string (text, -1);
      regex = vte_regex_new_for_search (
        escaped, -1, PCRE2_MULTILINE_ | (match_case ? 0 : PCRE2_CASELESS_), &error);
      if (regex == NULL)
        g_warning ("%s", error->message);
    }

  vte_terminal_search_set_regex (VTE_TERMINAL (self), regex, 0);
  vte_terminal_search_set_wrap_around (VTE_TERMINAL (self), TRUE);
}

/**
 * drover_terminal_find:
 *
 * Selects the next match, or the one before.
 *
 * Returns: whether there is one
 */
gboolean
drover_terminal_find (DroverTerminal *self, gboolean backwards)
{
  g_return_val_if_fail (DROVER_IS_TERMINAL (self), FALSE);

  if (vte_terminal_search_get_regex (VTE_TERMINAL (self)) == NULL)
    return FALSE;
  return backwards ? vte_terminal_search_find_previous (VTE_TERMINAL (self))
                   : vte_terminal_search_find_next (VTE_TERMINAL (self));
}

/**
 * drover_terminal_save:
 *
 * Writes all text of the terminal to a file.
 *
 * Returns: whether it was written
 */
gboolean
drover_terminal_save (DroverTerminal *self, GFile *file, GError **error)
{
  g_autoptr (GFileOutputStream) stream = NULL;

  g_return_val_if_fail (DROVER_IS_TERMINAL (self), FALSE);

  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
  return stream != NULL &&
         vte_terminal_write_contents_sync (VTE_TERMINAL (self), G_OUTPUT_STREAM (stream),
                                           VTE_WRITE_DEFAULT, NULL, error) &&
         g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, error);
}
