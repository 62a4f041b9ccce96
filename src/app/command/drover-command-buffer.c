/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "drover-command-buffer.h"

/* The command text with its colours. It is changed by as little as possible, so that the cursor,
 * what is selected and the place to which it is scrolled stay. */
struct _DroverCommandBuffer
{
  GtkTextBuffer parent_instance;

  GtkTextTag *kinds[DROVER_TOKEN_DISABLED + 1];
  GtkTextTag *marks[DROVER_COMMAND_N_MARKS];
  GtkTextTag *error;
  GArray *tokens; /* of DroverToken, with @start and @end in characters */
  int length;     /* of the text that has @tokens, in characters */
};

G_DEFINE_FINAL_TYPE (DroverCommandBuffer, drover_command_buffer, GTK_TYPE_TEXT_BUFFER)

/* For light and dark, and both with high contrast. On the view's background they have a contrast
 * of more than 4.5, the latter of more than 7. %NULL: as all text. */
static const char *const colors[DROVER_TOKEN_DISABLED + 1][4] = {
  [DROVER_TOKEN_FLAG] = { "#1a5fb4", "#99c1f1", "#0b3d82", "#c5ddf8" },
  [DROVER_TOKEN_KEY] = { "#813d9c", "#dc8add", "#4a1f6b", "#f0c4f0" },
  [DROVER_TOKEN_WORD] = { "#1b6b45", "#8ff0a4", "#0d4a2d", "#c3f8cf" },
  [DROVER_TOKEN_SEPARATOR] = { "#5e5c64", "#9a9996", "#3d3846", "#deddda" },
  [DROVER_TOKEN_NOTE] = { "#5e5c64", "#b0aea9", "#3d3846", "#deddda" },
  [DROVER_TOKEN_DISABLED] = { "#6a6870", "#9a9996", "#3d3846", "#deddda" },
};

static void
set_color (GtkTextTag *tag, const char *property, const GdkRGBA *color, double alpha)
{
  GdkRGBA with_alpha = *color;

  with_alpha.alpha = alpha;
  g_object_set (tag, property, &with_alpha, NULL);
}

static void
update_colors (DroverCommandBuffer *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);
  gboolean contrast = adw_style_manager_get_high_contrast (style);
  AdwAccentColor accent = adw_style_manager_get_accent_color (style);
  PangoUnderline underline = contrast ? PANGO_UNDERLINE_DOUBLE : PANGO_UNDERLINE_ERROR;
  GdkRGBA color;

  for (guint i = 0; i < G_N_ELEMENTS (colors); i++)
    if (colors[i][0] != NULL)
      g_object_set (self->kinds[i], "foreground", colors[i][(contrast ? 2 : 0) + (dark ? 1 : 0)],
                    NULL);

  adw_accent_color_to_standalone_rgba (accent, dark, &color);
  set_color (self->marks[DROVER_COMMAND_OVERLAY], "background-rgba", &color,
             contrast ? 0.35 : 0.15);
  set_color (self->marks[DROVER_COMMAND_CHOSEN], "background-rgba", &color, contrast ? 0.45 : 0.25);
  gdk_rgba_parse (&color, dark ? "#ff938c" : "#c30000");
  set_color (self->error, "underline-rgba", &color, 1);
  set_color (self->error, "background-rgba", &color, contrast ? 0.4 : 0.2);
  gdk_rgba_parse (&color, dark ? "#ffc252" : "#905400");
  set_color (self->marks[DROVER_COMMAND_PROBLEM], "underline-rgba", &color, 1);

  /* The waves are thin. */
  g_object_set (self->error, "underline", underline, NULL);
  g_object_set (self->marks[DROVER_COMMAND_PROBLEM], "underline", underline, NULL);
}

static void
drover_command_buffer_finalize (GObject *object)
{
  DroverCommandBuffer *self = DROVER_COMMAND_BUFFER (object);

  g_clear_pointer (&self->tokens, g_array_unref);
  G_OBJECT_CLASS (drover_command_buffer_parent_class)->finalize (object);
}

/* Here and not in _init(), since a buffer has its table of tags only now. */
static void
drover_command_buffer_constructed (GObject *object)
{
  DroverCommandBuffer *self = DROVER_COMMAND_BUFFER (object);
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  AdwStyleManager *style = adw_style_manager_get_default ();
  static const char *const changes[] = { "notify::dark", "notify::high-contrast",
                                         "notify::accent-color" };

  G_OBJECT_CLASS (drover_command_buffer_parent_class)->constructed (object);

  /* A hyphen where a line is wrapped would look as if it were part of the text. */
  for (guint i = 0; i < G_N_ELEMENTS (self->kinds); i++)
    self->kinds[i] = gtk_text_buffer_create_tag (buffer, NULL, "insert-hyphens", FALSE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (self->marks); i++)
    self->marks[i] = gtk_text_buffer_create_tag (buffer, NULL, NULL, NULL);
  self->error = gtk_text_buffer_create_tag (buffer, NULL, NULL, NULL);
  g_object_set (self->kinds[DROVER_TOKEN_PROGRAM], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (self->kinds[DROVER_TOKEN_FLAG], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (self->kinds[DROVER_TOKEN_NOTE], "style", PANGO_STYLE_ITALIC, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    g_signal_connect_object (style, changes[i], G_CALLBACK (update_colors), self,
                             G_CONNECT_SWAPPED);
  update_colors (self);
}

static void
drover_command_buffer_class_init (DroverCommandBufferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = drover_command_buffer_constructed;
  object_class->finalize = drover_command_buffer_finalize;
}

static void
drover_command_buffer_init (DroverCommandBuffer *self)
{
  self->tokens = g_array_new (FALSE, FALSE, sizeof (DroverToken));
}

/**
 * drover_command_buffer_new:
 *
 * Returns: (transfer full): an empty buffer
 */
DroverCommandBuffer *
drover_command_buffer_new (void)
{
  /* Undo is the editor's, in all views the same. */
  return g_object_new (DROVER_TYPE_COMMAND_BUFFER, "enable-undo", FALSE, NULL);
}

/**
 * drover_command_buffer_dup_text:
 *
 * Returns: (transfer full): the text as it stands
 */
char *
drover_command_buffer_dup_text (DroverCommandBuffer *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (DROVER_IS_COMMAND_BUFFER (self), NULL);

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self), &start, &end, TRUE);
}

static void
get_range (DroverCommandBuffer *self, int start_offset, int end_offset, GtkTextIter *start,
           GtkTextIter *end)
{
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), start, start_offset);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), end, end_offset);
}

/* Colouring */

/* From bytes to characters. Most text is ASCII, and tokens come in order. */
static void
count_characters (const char *text, GArray *tokens)
{
  gsize at = 0;
  gsize characters = 0;

  for (guint i = 0; i < tokens->len; i++)
    {
      DroverToken *token = &g_array_index (tokens, DroverToken, i);
      gsize *offsets[] = { &token->start, &token->end };

      for (guint j = 0; j < G_N_ELEMENTS (offsets); j++)
        {
          gsize to = *offsets[j];

          characters += g_utf8_strlen (text + at, to - at);
          at = to;
          *offsets[j] = characters;
        }
    }
}

static gboolean
looks_same (const DroverToken *a, const DroverToken *b, int shift)
{
  return a->kind == b->kind && (int) a->start + shift == (int) b->start &&
         (int) a->end + shift == (int) b->end;
}

/* Colours what is not as it was: from the last token of the beginning that is the same to the
 * first one of the end. */
static void
take_tokens (DroverCommandBuffer *self, GArray *tokens)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  g_autoptr (GArray) old = g_steal_pointer (&self->tokens);
  int length = gtk_text_buffer_get_char_count (buffer);
  int shift = length - self->length;
  guint first = 0;
  guint end = tokens->len;
  guint old_end = old->len;
  GtkTextIter from;
  GtkTextIter to;

#define TOKEN(array, i) (&g_array_index (array, DroverToken, i))
  while (first < end && first < old_end &&
         looks_same (TOKEN (old, first), TOKEN (tokens, first), 0))
    first++;
  while (end > first && old_end > first &&
         looks_same (TOKEN (old, old_end - 1), TOKEN (tokens, end - 1), shift))
    end--, old_end--;

  get_range (self, first > 0 ? TOKEN (tokens, first - 1)->end : 0,
             end < tokens->len ? (int) TOKEN (tokens, end)->start : length, &from, &to);
  for (guint i = 0; i < G_N_ELEMENTS (self->kinds); i++)
    gtk_text_buffer_remove_tag (buffer, self->kinds[i], &from, &to);
  for (guint i = first; i < end; i++)
    {
      get_range (self, TOKEN (tokens, i)->start, TOKEN (tokens, i)->end, &from, &to);
      gtk_text_buffer_apply_tag (buffer, self->kinds[TOKEN (tokens, i)->kind], &from, &to);
    }
#undef TOKEN

  self->tokens = tokens;
  self->length = length;
}

/* Only where it is: to remove a tag from a stretch has all of it laid out anew. */
static void
clear_tag (DroverCommandBuffer *self, GtkTextTag *tag)
{
  GtkTextIter start;

  gtk_text_buffer_get_start_iter (GTK_TEXT_BUFFER (self), &start);
  while (gtk_text_iter_starts_tag (&start, tag) ||
         gtk_text_iter_forward_to_tag_toggle (&start, tag))
    {
      GtkTextIter end = start;

      gtk_text_iter_forward_to_tag_toggle (&end, tag);
      gtk_text_buffer_remove_tag (GTK_TEXT_BUFFER (self), tag, &start, &end);
      start = end;
    }
}

/* Where it is empty the character before it, or the whole line, is marked. */
static void
mark_error (DroverCommandBuffer *self, const char *text, gsize start, gsize end)
{
  GtkTextIter from;
  GtkTextIter to;

  get_range (self, g_utf8_strlen (text, start), g_utf8_strlen (text, end), &from, &to);
  if (gtk_text_iter_equal (&from, &to) && !gtk_text_iter_backward_char (&from))
    gtk_text_iter_forward_char (&to);
  gtk_text_buffer_apply_tag (GTK_TEXT_BUFFER (self), self->error, &from, &to);
}

/**
 * drover_command_buffer_parse:
 * @old_arguments: (nullable): see drover_command_text_parse()
 * @program: (out): the program
 * @arguments: (out): the arguments
 * @error: set when the text is no command line; the place is underlined
 *
 * Reads what stands there, and colours it.
 *
 * Returns: whether it could be read
 */
gboolean
drover_command_buffer_parse (DroverCommandBuffer *self, GPtrArray *old_arguments, char **program,
                             GPtrArray **arguments, GError **error)
{
  g_autofree char *text = drover_command_buffer_dup_text (self);
  GArray *tokens = drover_command_text_tokenise (text, old_arguments);
  gsize error_start;
  gsize error_end;

  g_return_val_if_fail (DROVER_IS_COMMAND_BUFFER (self), FALSE);

  count_characters (text, tokens);
  take_tokens (self, tokens);
  clear_tag (self, self->error);
  if (drover_command_text_parse (text, old_arguments, program, arguments, &error_start, &error_end,
                                 error))
    return TRUE;

  mark_error (self, text, error_start, error_end);
  return FALSE;
}

/* The bytes that both begin with; never half a character. */
static gsize
count_common_start (const char *a, const char *b)
{
  gsize n = 0;

  while (a[n] != '\0' && a[n] == b[n])
    n++;
  while (n > 0 && ((a[n] & 0xc0) == 0x80 || (b[n] & 0xc0) == 0x80))
    n--;

  return n;
}

static gsize
count_common_end (const char *a, gsize a_length, const char *b, gsize b_length)
{
  gsize n = 0;

  while (n < a_length && n < b_length && a[a_length - n - 1] == b[b_length - n - 1])
    n++;
  while (n > 0 && (a[a_length - n] & 0xc0) == 0x80)
    n--;

  return n;
}

/**
 * drover_command_buffer_replace:
 * @text: the new text
 *
 * Changes only what is different between the first and the last change.
 */
void
drover_command_buffer_replace (DroverCommandBuffer *self, const char *text)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  g_autofree char *old = drover_command_buffer_dup_text (self);
  gsize start = count_common_start (old, text);
  gsize length = strlen (text);
  gsize old_length = strlen (old);
  gsize n_end = count_common_end (old + start, old_length - start, text + start, length - start);
  int offset = g_utf8_strlen (old, start);
  GtkTextIter from;
  GtkTextIter to;

  g_return_if_fail (DROVER_IS_COMMAND_BUFFER (self));

  if (start == length && start == old_length)
    return;

  get_range (self, offset, offset + g_utf8_strlen (old + start, old_length - n_end - start), &from,
             &to);
  gtk_text_buffer_begin_irreversible_action (buffer);
  gtk_text_buffer_delete (buffer, &from, &to);
  gtk_text_buffer_insert (buffer, &from, text + start, length - n_end - start);
  gtk_text_buffer_end_irreversible_action (buffer);
}

/**
 * drover_command_buffer_set_command:
 * @program: the QEMU program
 * @arguments: (element-type DroverArgument): its arguments
 *
 * Shows a command line.
 */
void
drover_command_buffer_set_command (DroverCommandBuffer *self, const char *program,
                                   GPtrArray *arguments)
{
  g_autoptr (DroverCommandText) text = drover_command_text_new (program, arguments);

  g_return_if_fail (DROVER_IS_COMMAND_BUFFER (self));

  drover_command_buffer_replace (self, text->text);
  count_characters (text->text, text->tokens);
  take_tokens (self, g_array_ref (text->tokens));
  clear_tag (self, self->error);
}

/* What is chosen */

/* With its key: as the settings count it. */
static void
extend_to_item (DroverCommandBuffer *self, guint i, DroverToken *token)
{
  const DroverToken *neighbour;

  if (token->kind == DROVER_TOKEN_KEY && i + 1 < self->tokens->len)
    {
      neighbour = &g_array_index (self->tokens, DroverToken, i + 1);
      if (neighbour->kind == DROVER_TOKEN_VALUE && neighbour->argument == token->argument)
        token->value_end = neighbour->value_end;
    }
  else if (token->kind == DROVER_TOKEN_VALUE && i > 0)
    {
      neighbour = &g_array_index (self->tokens, DroverToken, i - 1);
      if (neighbour->kind == DROVER_TOKEN_KEY && neighbour->argument == token->argument)
        token->value_start = neighbour->value_start;
    }
}

/**
 * drover_command_buffer_find_token:
 * @offset: a place in the text, in characters
 * @token: (out): what stands there, or just before; of `key=value` the two together
 *
 * Returns: whether anything stands there
 */
gboolean
drover_command_buffer_find_token (DroverCommandBuffer *self, int offset, DroverToken *token)
{
  guint found = G_MAXUINT;

  g_return_val_if_fail (DROVER_IS_COMMAND_BUFFER (self), FALSE);

  for (guint i = 0; i < self->tokens->len; i++)
    {
      const DroverToken *here = &g_array_index (self->tokens, DroverToken, i);

      if ((int) here->start > offset)
        break;
      /* Between two tokens stands the one that says more. */
      if ((int) here->end >= offset &&
          (here->kind != DROVER_TOKEN_SEPARATOR ||
           (found == G_MAXUINT && (int) here->end > offset)))
        found = i;
    }

  if (found == G_MAXUINT)
    return FALSE;

  *token = g_array_index (self->tokens, DroverToken, found);
  extend_to_item (self, found, token);
  return TRUE;
}

/**
 * drover_command_buffer_find_range:
 * @argument: index of an argument
 * @value_start: where in its value
 * @value_end: and to where; equal to @value_start for the whole argument, without its note
 * @start: (out): where that is
 * @end: (out): where it ends
 *
 * Returns: whether it is there
 */
gboolean
drover_command_buffer_find_range (DroverCommandBuffer *self, int argument, gsize value_start,
                                  gsize value_end, GtkTextIter *start, GtkTextIter *end)
{
  const DroverToken *first = NULL;
  const DroverToken *last = NULL;

  g_return_val_if_fail (DROVER_IS_COMMAND_BUFFER (self), FALSE);

  for (guint i = 0; i < self->tokens->len; i++)
    {
      const DroverToken *token = &g_array_index (self->tokens, DroverToken, i);
      gboolean in_value = token->value_start < value_end && token->value_end > value_start;

      if (token->argument != argument || token->kind == DROVER_TOKEN_NOTE ||
          (value_start < value_end && !in_value && token->kind != DROVER_TOKEN_DISABLED))
        continue;
      if (first == NULL)
        first = token;
      last = token;
    }

  if (first == NULL)
    return FALSE;

  get_range (self, first->start, last->end, start, end);
  return TRUE;
}

/**
 * drover_command_buffer_mark:
 * @mark: how
 * @argument: index of an argument
 * @value_start: see drover_command_buffer_find_range()
 * @value_end: see drover_command_buffer_find_range()
 *
 * Marks a stretch of the text, besides those that are marked already.
 */
void
drover_command_buffer_mark (DroverCommandBuffer *self, DroverCommandMark mark, int argument,
                            gsize value_start, gsize value_end)
{
  GtkTextIter start;
  GtkTextIter end;

  if (drover_command_buffer_find_range (self, argument, value_start, value_end, &start, &end))
    gtk_text_buffer_apply_tag (GTK_TEXT_BUFFER (self), self->marks[mark], &start, &end);
}

/**
 * drover_command_buffer_clear_marks:
 *
 * Takes all marks of a kind away.
 */
void
drover_command_buffer_clear_marks (DroverCommandBuffer *self, DroverCommandMark mark)
{
  g_return_if_fail (DROVER_IS_COMMAND_BUFFER (self));
  clear_tag (self, self->marks[mark]);
}
