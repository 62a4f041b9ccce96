/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "drover-checksums.h"
#include "drover-error.h"

#define SUM_LENGTH 64
#define READ_SIZE (256 * 1024)

/* `./linux` and `linux` are the same file to `sha256sum`. */
static const char *
skip_dot_slash (const char *name)
{
  return g_str_has_prefix (name, "./") ? name + 2 : name;
}

/* A line as `sha256sum` writes it: the sum, a space, a space or `*`, the name.
 * LINE is not terminated; the name found is its part from NAME on. */
static gboolean
parse_line (const char  *line,
            gsize        length,
            const char **name,
            gsize       *name_length)
{
  const gsize before_name = SUM_LENGTH + 2;

  if (length <= before_name)
    return FALSE;

  for (gsize i = 0; i < SUM_LENGTH; i++)
    if (!g_ascii_isxdigit (line[i]))
      return FALSE;

  if (line[SUM_LENGTH] != ' ' || (line[SUM_LENGTH + 1] != ' ' && line[SUM_LENGTH + 1] != '*'))
    return FALSE;

  *name = line + before_name;
  *name_length = length - before_name;
  if (*name_length > 2 && (*name)[0] == '.' && (*name)[1] == '/')
    {
      *name += 2;
      *name_length -= 2;
    }
  return TRUE;
}

/* The length of a line without its end, be that `\n` or `\r\n`. */
static gsize
line_length (const char *line,
             const char *end)
{
  gsize length = end - line;

  return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
}

/**
 * drover_checksums_lookup:
 * @text: a list as `sha256sum` writes it; empty lines and `#` comments are allowed
 * @name: the file to find, with or without `./`
 *
 * The whole list is read, whatever is found early: a list that is damaged, or that
 * gives two sums for one name, is not to be trusted for any file.
 *
 * Returns: (transfer full) (nullable): the file's SHA-256 in lower-case hex, or %NULL
 *   with #DROVER_ERROR_CHECKSUM naming the file or the number of the bad line
 */
char *
drover_checksums_lookup (const char  *text,
                         const char  *name,
                         GError     **error)
{
  g_autofree char *found = NULL;
  const char *wanted;
  gsize wanted_length;
  guint number = 0;

  g_return_val_if_fail (text != NULL && name != NULL, NULL);

  wanted = skip_dot_slash (name);
  wanted_length = strlen (wanted);

  for (const char *line = text, *end; *line != '\0'; line = *end == '\0' ? end : end + 1)
    {
      g_autofree char *sum = NULL;
      const char *listed;
      gsize length, listed_length;

      number++;
      end = line + strcspn (line, "\n");
      length = line_length (line, end);
      if (length == 0 || line[0] == '#')
        continue;

      if (!parse_line (line, length, &listed, &listed_length))
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                       _("Line %u of the list of checksums is not a checksum and a file name"),
                       number);
          return NULL;
        }

      if (listed_length != wanted_length || memcmp (listed, wanted, wanted_length) != 0)
        continue;

      sum = g_ascii_strdown (line, SUM_LENGTH);
      if (found != NULL && !g_str_equal (found, sum))
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                       _("The list of checksums has two different ones for “%s”"), name);
          return NULL;
        }
      g_set_str (&found, sum);
    }

  if (found == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                 _("The list of checksums has none for “%s”"), name);

  return g_steal_pointer (&found);
}

/**
 * drover_checksums_add_fd:
 * @checksum: what to add the file's bytes to
 * @fd: a file open for reading, read from its beginning; its position stays
 *
 * This reads the whole file: call it in a thread.
 *
 * Returns: %TRUE, or %FALSE with GIO's error
 */
gboolean
drover_checksums_add_fd (GChecksum     *checksum,
                         int            fd,
                         GCancellable  *cancellable,
                         GError       **error)
{
  g_autofree guchar *buffer = g_malloc (READ_SIZE);
  goffset offset = 0;

  g_return_val_if_fail (checksum != NULL && fd >= 0, FALSE);

  for (;;)
    {
      gssize n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;

      n = pread (fd, buffer, READ_SIZE, offset);
      if (n == 0)
        return TRUE;
      if (n > 0)
        {
          g_checksum_update (checksum, buffer, n);
          offset += n;
        }
      else if (errno != EINTR)
        {
          int saved_errno = errno;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                       _("Cannot read the file: %s"), g_strerror (saved_errno));
          return FALSE;
        }
    }
}
