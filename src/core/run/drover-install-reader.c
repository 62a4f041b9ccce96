/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-install-reader.h"

/* No line that means something is longer; a guest may write anything. */
#define LONGEST_LINE 1000

/* How far we are in an escape sequence. */
enum
{
  PLAIN,
  AFTER_ESCAPE,
  IN_SEQUENCE,
  IN_CHARSET,
};

/**
 * drover_install_reader_new:
 *
 * Returns: (transfer full): a reader that has read nothing yet
 */
DroverInstallReader *
drover_install_reader_new (void)
{
  DroverInstallReader *self = g_new0 (DroverInstallReader, 1);

  self->fraction = -1;
  self->line = g_string_new (NULL);
  return self;
}

/**
 * drover_install_reader_free:
 *
 * Frees it.
 */
void
drover_install_reader_free (DroverInstallReader *self)
{
  g_free (self->text);
  g_free (self->previous);
  g_free (self->title);
  g_string_free (self->line, TRUE);
  g_free (self);
}

static void
set (DroverInstallReader *self, const char *text, double fraction, gboolean asking)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_set_str (&self->text, g_strstrip (valid));
  self->fraction = fraction;
  self->asking = asking;
}

/* Debian's installer has its console in a program that writes this status line now and then, in
 * the middle of others: `[  (1*installer)  2 shell … ][ Nov 22 22:46 ]`. */
static void
remove_status (GString *line)
{
  for (;;)
    {
      char *mark = strstr (line->str, "*installer)");
      char *start = mark;
      char *end = mark != NULL ? strstr (mark, "][") : NULL;

      end = end != NULL ? strchr (end + 2, ']') : NULL;
      while (start != NULL && start > line->str && *start != '[')
        start--;
      if (end == NULL || *start != '[')
        return;
      g_string_erase (line, start - line->str, end + 1 - start);
    }
}

/* `Installing the base system  ... 2%... 95%`: a step, and how much of it is done. */
static gboolean
read_steps (DroverInstallReader *self, const char *line)
{
  const char *dots = strstr (line, " ... ");
  const char *percent = strrchr (line, '%');
  const char *digits = percent;
  g_autofree char *title = NULL;

  if (dots == NULL || dots == line || percent == NULL || percent < dots)
    return FALSE;
  while (digits > dots && g_ascii_isdigit (digits[-1]))
    digits--;
  if (digits == percent)
    return FALSE;

  title = g_strndup (line, dots - line);
  set (self, title, MIN (g_ascii_strtoull (digits, NULL, 10), 100) / 100.0, FALSE);
  return TRUE;
}

static gboolean
is_rule (const char *line)
{
  return strlen (line) >= 4 && line[strspn (line, "-")] == '\0';
}

/* `start: subiquity/Install/install/curtin_install: installing system`, and its `finish:`. */
static gboolean
read_subiquity (DroverInstallReader *self, const char *line)
{
  const char *start = strstr (line, "start: subiquity/");
  const char *colon = start != NULL ? strstr (start + strlen ("start: "), ": ") : NULL;
  const char *last;
  g_autofree char *name = NULL;

  if (start == NULL)
    return FALSE;
  if (colon != NULL && colon[2] != '\0')
    {
      set (self, colon + 2, -1, FALSE);
      return TRUE;
    }

  last = strrchr (start, '/') + 1;
  name = g_strndup (last, strcspn (last, ": \t"));
  set (self, g_strdelimit (name, "_", ' '), -1, FALSE);
  return TRUE;
}

/* `[   12.3] cloud-init[600]: Cloud-init v. 25.1 running 'modules:final' at …` */
static gboolean
read_cloud_init (DroverInstallReader *self, const char *line)
{
  const char *start = strstr (line, "Cloud-init v. ");
  const char *at = start != NULL ? strstr (start, " at ") : NULL;
  g_autofree char *text = at != NULL ? g_strndup (start, at - start) : NULL;

  if (text == NULL)
    return FALSE;
  set (self, text, -1, FALSE);
  return TRUE;
}

/* Also called with the beginning of a line: a question has no end, and a step's numbers come one
 * after the other. */
static void
read_line (DroverInstallReader *self, gboolean is_whole)
{
  const char *line;

  remove_status (self->line);
  line = self->line->str;
  if (strstr (line, DROVER_INSTALL_MARKER) != NULL)
    self->installed = TRUE;
  if (g_str_has_prefix (line, "Prompt: '?' for help"))
    {
      if (!self->asking && self->title != NULL)
        set (self, self->title, -1, TRUE);
      return;
    }
  if (!read_steps (self, line) && is_whole && !read_subiquity (self, line))
    read_cloud_init (self, line);

  if (!is_whole)
    return;
  if (is_rule (line) && self->previous != NULL)
    g_set_str (&self->title, self->previous);
  if (*line != '\0')
    g_set_str (&self->previous, line);
}

static void
add (DroverInstallReader *self, char c)
{
  if (c == '\n')
    {
      read_line (self, TRUE);
      g_string_truncate (self->line, 0);
    }
  else if ((guchar) c >= ' ' && self->line->len < LONGEST_LINE)
    {
      g_string_append_c (self->line, c);
    }
}

/* Leaves out what moves the cursor and colours the text. */
static void
step (DroverInstallReader *self, char c)
{
  if (c == '\x1b')
    self->escape = AFTER_ESCAPE;
  else if (self->escape == AFTER_ESCAPE)
    self->escape = c == '[' ? IN_SEQUENCE : strchr ("()*+#", c) != NULL ? IN_CHARSET : PLAIN;
  else if (self->escape == IN_SEQUENCE)
    self->escape = c >= '@' && c <= '~' ? PLAIN : IN_SEQUENCE;
  else if (self->escape == IN_CHARSET)
    self->escape = PLAIN;
  else
    add (self, c);
}

/**
 * drover_install_reader_feed:
 * @data: what the console wrote since the last time
 *
 * Returns: whether the members say something else now
 */
gboolean
drover_install_reader_feed (DroverInstallReader *self, const char *data, gsize length)
{
  g_autofree char *text = g_strdup (self->text);
  double fraction = self->fraction;
  gboolean asking = self->asking;
  gboolean installed = self->installed;

  for (gsize i = 0; i < length; i++)
    step (self, data[i]);
  if (self->line->len > 0)
    read_line (self, FALSE);

  return g_strcmp0 (text, self->text) != 0 || !G_APPROX_VALUE (fraction, self->fraction, 0.0001) ||
         asking != self->asking || installed != self->installed;
}
