/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "drover-checksums.h"
#include "drover-error.h"

#define READ_SIZE (256 * 1024)

/* `./linux` and `linux` are the same file to `sha256sum`. */
static const char *
skip_dot_slash (const char *name)
{
  return g_str_has_prefix (name, "./") ? name + 2 : name;
}

/* One line of a list. What it has is not terminated. */
typedef struct
{
  const char *sum;
  gsize sum_length;
  const char *name;
  gsize name_length;
} Line;

/* A line as `sha256sum` and `sha512sum` write it: the sum, a space, a space or `*`, the name. */
static gboolean
parse_line (const char *text, gsize length, Line *line)
{
  gsize n = 0;

  while (n < length && g_ascii_isxdigit (text[n]))
    n++;

  if ((n != DROVER_CHECKSUMS_SHA256_LENGTH && n != DROVER_CHECKSUMS_SHA512_LENGTH) ||
      length <= n + 2 || text[n] != ' ' || (text[n + 1] != ' ' && text[n + 1] != '*'))
    return FALSE;

  *line = (Line) { text, n, text + n + 2, length - n - 2 };
  if (line->name_length > 2 && line->name[0] == '.' && line->name[1] == '/')
    {
      line->name += 2;
      line->name_length -= 2;
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

/* All lines of a list. One that is damaged is not to be trusted for any file. */
static GArray *
parse_list (const char *text, GError **error)
{
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));
  guint number = 0;

  for (const char *p = text, *end; *p != '\0'; p = *end == '\0' ? end : end + 1)
    {
      gsize length;
      Line line;

      number++;
      end = p + strcspn (p, "\n");
      length = line_length (p, end);
      if (length == 0 || p[0] == '#')
        continue;

      if (!parse_line (p, length, &line))
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                       _("Line %u of the list of checksums is not a checksum and a file name"),
                       number);
          return NULL;
        }
      g_array_append_val (lines, line);
    }
  return g_steal_pointer (&lines);
}

static char *
find_sum (GArray *lines, const char *name, GError **error)
{
  const char *wanted = skip_dot_slash (name);
  const gsize length = strlen (wanted);
  g_autofree char *found = NULL;

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);
      g_autofree char *sum = NULL;

      if (line->name_length != length || memcmp (line->name, wanted, length) != 0)
        continue;

      sum = g_ascii_strdown (line->sum, line->sum_length);
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
 * drover_checksums_lookup:
 * @text: a list as `sha256sum` or `sha512sum` writes it; empty lines and `#` comments are allowed
 * @name: the file to find, with or without `./`
 *
 * The whole list is read, whatever is found early: a list that is damaged, or that
 * gives two sums for one name, is not to be trusted for any file.
 *
 * Returns: (transfer full) (nullable): the file's SHA-256 or SHA-512 in lower-case hex, or
 *   %NULL with #DROVER_ERROR_CHECKSUM naming the file or the number of the bad line
 */
char *
drover_checksums_lookup (const char  *text,
                         const char  *name,
                         GError     **error)
{
  g_autoptr (GArray) lines = NULL;

  g_return_val_if_fail (text != NULL && name != NULL, NULL);

  lines = parse_list (text, error);
  return lines != NULL ? find_sum (lines, name, error) : NULL;
}

/* Digits count as numbers, so that 22.04.10 comes after 22.04.9. */
static int
compare_versions (const char *a, const char *b)
{
  while (*a != '\0' && *b != '\0')
    {
      if (g_ascii_isdigit (*a) && g_ascii_isdigit (*b))
        {
          char *a_end, *b_end;
          const guint64 a_number = g_ascii_strtoull (a, &a_end, 10);
          const guint64 b_number = g_ascii_strtoull (b, &b_end, 10);

          if (a_number != b_number)
            return a_number < b_number ? -1 : 1;
          a = a_end;
          b = b_end;
        }
      else if (*a != *b)
        {
          /* 1.iso and 1.1.iso: the one that goes on counting is the later one. */
          if (g_ascii_isdigit (*a) != g_ascii_isdigit (*b))
            return g_ascii_isdigit (*a) ? 1 : -1;
          return *a < *b ? -1 : 1;
        }
      else
        {
          a++;
          b++;
        }
    }
  return (*a != '\0') - (*b != '\0');
}

/**
 * drover_checksums_match:
 * @text: as for drover_checksums_lookup()
 * @pattern: a file's name, in which `*` stands for any characters and `?` for one
 * @name: (out) (transfer full): the file that was found
 *
 * Finds a file whose name carries a version. Of several the newest is taken; files in folders
 * are none of those that are meant.
 *
 * Returns: (transfer full) (nullable): its sum, as drover_checksums_lookup()
 */
char *
drover_checksums_match (const char *text, const char *pattern, char **name, GError **error)
{
  g_autoptr (GPatternSpec) spec = NULL;
  g_autoptr (GArray) lines = NULL;
  g_autofree char *best = NULL;
  char *sum;

  g_return_val_if_fail (text != NULL && pattern != NULL && name != NULL, NULL);

  if ((lines = parse_list (text, error)) == NULL)
    return NULL;

  spec = g_pattern_spec_new (skip_dot_slash (pattern));
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);
      g_autofree char *listed = g_strndup (line->name, line->name_length);

      if (strchr (listed, '/') == NULL && g_pattern_spec_match_string (spec, listed) &&
          (best == NULL || compare_versions (listed, best) > 0))
        g_set_str (&best, listed);
    }

  if (best == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                   _("The list of checksums has none for “%s”"), pattern);
      return NULL;
    }
  if ((sum = find_sum (lines, best, error)) != NULL)
    *name = g_steal_pointer (&best);
  return sum;
}

/**
 * drover_checksums_only:
 * @text: as for drover_checksums_lookup()
 *
 * Returns: (transfer full) (nullable): the sum of a list that has only one, whatever the name
 *   beside it: that of a file which lies beside `NAME.SHA256` may be a longer one
 */
char *
drover_checksums_only (const char *text)
{
  g_autoptr (GArray) lines = NULL;
  const Line *line;

  g_return_val_if_fail (text != NULL, NULL);

  lines = parse_list (text, NULL);
  if (lines == NULL || lines->len != 1)
    return NULL;
  line = &g_array_index (lines, Line, 0);
  return g_ascii_strdown (line->sum, line->sum_length);
}

/**
 * drover_checksums_normalise:
 * @pasted: a SHA-256 as a person copied it from a page: with spaces, line breaks, in any case
 *
 * Returns: (transfer full) (nullable): the 64 digits in lower case, or %NULL when @pasted is
 *   anything else
 */
char *
drover_checksums_normalise (const char *pasted)
{
  g_autoptr (GString) sum = g_string_new (NULL);

  g_return_val_if_fail (pasted != NULL, NULL);

  if (!g_utf8_validate (pasted, -1, NULL))
    return NULL;

  for (const char *p = pasted; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || g_unichar_iszerowidth (c))
        continue;
      if (c > 0x7f || !g_ascii_isxdigit (c))
        return NULL;
      g_string_append_c (sum, g_ascii_tolower (c));
    }
  return sum->len == DROVER_CHECKSUMS_SHA256_LENGTH
           ? g_string_free (g_steal_pointer (&sum), FALSE)
           : NULL;
}

/**
 * drover_checksums_get_type:
 * @sum: (nullable): a sum in hex
 *
 * Returns: what it is made with; SHA-256 when there is none
 */
GChecksumType
drover_checksums_get_type (const char *sum)
{
  return sum != NULL && strlen (sum) == DROVER_CHECKSUMS_SHA512_LENGTH ? G_CHECKSUM_SHA512
                                                                      : G_CHECKSUM_SHA256;
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
