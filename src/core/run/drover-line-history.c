/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-line-history.h"

/* How many lines are remembered. */
#define LIMIT 500

struct _DroverLineHistory
{
  char *path;
  GPtrArray *lines; /* oldest first */
  guint position;   /* lines->len: what is being typed */
  char *current;    /* that, while an earlier one is looked at */
};

static void
load (DroverLineHistory *self)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_ptr_array_set_size (self->lines, 0);
  if (g_file_get_contents (self->path, &text, NULL, NULL) && g_utf8_validate (text, -1, NULL))
    lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_ptr_array_add (self->lines, g_strdup (lines[i]));
  self->position = self->lines->len;
}

/**
 * drover_line_history_new:
 * @name: what kind of lines they are, such as `hmp`
 *
 * Returns: (transfer full): what was typed before, for any machine
 */
DroverLineHistory *
drover_line_history_new (const char *name)
{
  DroverLineHistory *self = g_new0 (DroverLineHistory, 1);
  g_autofree char *file = g_strconcat (name, "-history", NULL);

  self->path = g_build_filename (g_get_user_state_dir (), "drover", file, NULL);
  self->lines = g_ptr_array_new_with_free_func (g_free);
  load (self);
  return self;
}

/**
 * drover_line_history_free:
 *
 * Frees it.
 */
void
drover_line_history_free (DroverLineHistory *self)
{
  g_free (self->path);
  g_free (self->current);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

/* Only the user's eyes: passwords are set by such commands. */
static gboolean
save (DroverLineHistory *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  GString *text = g_string_new (NULL);
  g_autofree char *contents = NULL;

  for (guint i = 0; i < self->lines->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) self->lines->pdata[i]);
  contents = g_string_free_and_steal (text);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), folder);
  return g_file_set_contents_full (self->path, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}

/**
 * drover_line_history_add:
 * @line: what was typed
 * @error: set when it could not be written; it is remembered for now all the same
 *
 * Remembers a line. One that is remembered already moves to the end.
 *
 * Returns: whether it was written
 */
gboolean
drover_line_history_add (DroverLineHistory *self, const char *line, GError **error)
{
  g_autofree char *one = g_strstrip (g_strdelimit (g_strdup (line), "\n\r", ' '));

  /* Another console, or another program, may have added some. */
  load (self);
  g_clear_pointer (&self->current, g_free);
  for (guint i = self->lines->len; i > 0; i--)
    if (g_str_equal (self->lines->pdata[i - 1], one))
      g_ptr_array_remove_index (self->lines, i - 1);
  if (*one != '\0')
    g_ptr_array_add (self->lines, g_steal_pointer (&one));
  if (self->lines->len > LIMIT)
    g_ptr_array_remove_range (self->lines, 0, self->lines->len - LIMIT);
  self->position = self->lines->len;
  return save (self, error);
}

/**
 * drover_line_history_earlier:
 * @current: what stands there now
 *
 * Returns: (nullable): the line before; %NULL at the first
 */
const char *
drover_line_history_earlier (DroverLineHistory *self, const char *current)
{
  if (self->position == 0)
    return NULL;

  if (self->position == self->lines->len)
    g_set_str (&self->current, current);
  return self->lines->pdata[--self->position];
}

/**
 * drover_line_history_later:
 *
 * Returns: (nullable): the line after, at last what was being typed; %NULL behind that
 */
const char *
drover_line_history_later (DroverLineHistory *self)
{
  if (self->position >= self->lines->len)
    return NULL;

  self->position++;
  return self->position < self->lines->len ? self->lines->pdata[self->position]
                                           : (self->current != NULL ? self->current : "");
}
