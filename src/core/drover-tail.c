/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>

#include "drover-tail.h"

/* As much of a log as an error message has room for. */
#define WORDS_LENGTH 2000

/**
 * drover_tail_read:
 * @path: a file, such as a log, of any size
 * @size: how many of its last bytes are wanted
 *
 * Reads the end of a file, and no more of it.
 *
 * Returns: (transfer full) (nullable): the text; %NULL when it cannot be read
 */
char *
drover_tail_read (const char *path, gsize size)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree char *tail = NULL;
  gsize length = 0;

  if (stream == NULL)
    return NULL;

  tail = g_malloc (size);
  /* A shorter file has no such place, and is read from its start. */
  g_seekable_seek (G_SEEKABLE (stream), -(goffset) size, G_SEEK_END, NULL, NULL);
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), tail, size, &length, NULL, NULL))
    return NULL;

  return g_utf8_make_valid (tail, length);
}

/**
 * drover_tail_read_words:
 * @path: the log of a program
 *
 * Returns: (transfer full): what it said last, for an error message; empty when it said nothing
 */
char *
drover_tail_read_words (const char *path)
{
  char *words = drover_tail_read (path, WORDS_LENGTH);

  return words != NULL ? g_strstrip (words) : g_strdup ("");
}
