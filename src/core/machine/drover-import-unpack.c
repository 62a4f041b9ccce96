/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-rewrite.h"
#include "drover-shell-private.h"
#include "drover-shell.h"

/* Files that have a command line in them: units and desktop entries, Proxmox, libvirt, Vagrant,
 * PowerShell. */

static gboolean
mentions_qemu (const DroverImportRewrite *self)
{
  return g_strstr_len (self->text, self->length, "qemu") != NULL ||
         g_strstr_len (self->text, self->length, "kvm") != NULL;
}

static gsize
skip_blanks (const DroverImportRewrite *self, gsize pos, gsize end)
{
  while (pos < end && (self->text[pos] == ' ' || self->text[pos] == '\t'))
    pos++;
  return pos;
}

/* The bytes of `Name=` or `Name =` at @pos, or 0. */
static gsize
match_key (const DroverImportRewrite *self, gsize pos, gsize end, const char *key, char sign)
{
  gsize n = strlen (key);
  gsize equals;

  if (end - pos <= n || memcmp (self->text + pos, key, n) != 0)
    return 0;

  equals = skip_blanks (self, pos + n, end);
  return equals < end && self->text[equals] == sign ? equals + 1 - pos : 0;
}

/* units and desktop entries */

static gsize
match_command_key (const DroverImportRewrite *self, gsize pos, gsize end)
{
  static const char *const keys[] = { "ExecStart", "ExecStartPre", "ExecStartPost", "Exec",
                                      "TryExec" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gsize n = match_key (self, pos, end, keys[i], '=');

      if (n > 0)
        return n;
    }

  return 0;
}

static gboolean
has_unit (const DroverImportRewrite *self)
{
  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      gsize n = match_command_key (self, line, end);

      if (n > 0 && drover_import_find_program_word (self->text, line + n, end) < end)
        return TRUE;
      if (n > 0 && (self->text[end - 1] == '\\' || memchr (self->text + line + n, '$', end - line - n)))
        return TRUE;
    }

  return FALSE;
}

/* `Description=…`: what else such a file has. A shell's variables are seldom called so. */
static gboolean
is_other_key (const DroverImportRewrite *self, gsize line, gsize end)
{
  gsize pos = line;

  if (end - line < 3 || !g_ascii_isupper (self->text[line]) || !g_ascii_islower (self->text[line + 1]))
    return FALSE;
  while (pos < end && (g_ascii_isalnum (self->text[pos]) || strchr ("-[]@", self->text[pos])))
    pos++;

  return pos < end && self->text[pos] == '=';
}

static void
unpack_unit (DroverImportRewrite *self)
{
  if (!mentions_qemu (self) || !has_unit (self))
    return;

  self->has_specifiers = TRUE;
  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      gsize n = match_command_key (self, line, end);

      if (n > 0)
        {
          /* What systemd lets stand before the program. */
          while (line + n < end && strchr (" \t@-:+!|", self->text[line + n]) != NULL)
            n++;
          drover_import_rewrite_replace (self, line, line + n, "", 0);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_UNIT, line, line + n);
        }
      else if ((n = match_key (self, line, end, "Environment", '=')) > 0)
        drover_import_rewrite_replace (self, line, line + n, "export ", -1);
      /* A comment in it, and the heads of its sections. */
      else if (line < end && (self->text[line] == ';' || self->text[line] == '[' ||
                              is_other_key (self, line, end)))
        drover_import_rewrite_replace (self, line, line, "# ", -1);
    }

  drover_import_rewrite_finish_pass (self);
}

/* Proxmox's `args: -device …` */

static void
unpack_prefix (DroverImportRewrite *self)
{
  static const char *const keys[] = { "args", "\"args\"", "arguments", "QEMU_OPTS", "qemu_args" };

  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      gsize start = skip_blanks (self, line, end);

      for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
        {
          gsize n = match_key (self, start, end, keys[i], ':');
          gsize option = skip_blanks (self, start + n, end);

          if (n == 0 || option + 1 >= end || self->text[option] != '-' ||
              !g_ascii_isalpha (self->text[option + 1]))
            continue;
          drover_import_rewrite_replace (self, line, option, "", 0);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_PREFIX, start, start + n);
        }
    }

  drover_import_rewrite_finish_pass (self);
}

/* libvirt's XML */

typedef struct
{
  GString *words;
  guint count;
} Arguments;

static void
start_element (GMarkupParseContext *context, const char *element, const char **names,
               const char **values, gpointer data, GError **error)
{
  Arguments *arguments = data;
  gboolean is_argument = g_str_has_suffix (element, ":arg");

  for (guint i = 0; is_argument && names[i] != NULL; i++)
    if (g_str_equal (names[i], "value"))
      {
        g_autofree char *word = drover_shell_quote (values[i]);

        g_string_append_printf (arguments->words, " %s", word);
        arguments->count++;
      }
}

/* The emulator, or what the architecture has for one; else the options stand alone. */
static char *
dup_xml_program (const DroverImportRewrite *self)
{
  g_autoptr (GRegex) regex =
    g_regex_new ("<emulator>\\s*([^<\\s]+)|<type\\b[^>]*\\barch=['\"]([a-z0-9_]+)['\"]", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *type = NULL;

  g_regex_match_full (regex, self->text, self->length, 0, 0, &match, NULL);
  while (g_match_info_matches (match))
    {
      g_autofree char *emulator = g_match_info_fetch (match, 1);
      g_autofree char *architecture = g_match_info_fetch (match, 2);

      if (emulator != NULL && *emulator != '\0')
        return drover_shell_quote (emulator);
      if (type == NULL && architecture != NULL)
        type = g_strdup_printf ("qemu-system-%s", architecture);
      g_match_info_next (match, NULL);
    }

  return g_steal_pointer (&type);
}

static void
unpack_xml (DroverImportRewrite *self)
{
  const GMarkupParser parser = { .start_element = start_element };
  g_autoptr (GMarkupParseContext) context = NULL;
  Arguments arguments = { NULL, 0 };
  const char *first = g_strstr_len (self->text, self->length, "<qemu:arg ");
  const char *last = g_strrstr_len (self->text, self->length, "<qemu:arg ");
  g_autofree char *program = NULL;
  const char *end = last != NULL ? memchr (last, '>', self->length - (last - self->text)) : NULL;
  g_autoptr (GString) words = g_string_new (NULL);

  if (end == NULL)
    return;

  arguments.words = words;
  context = g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, &arguments, NULL);
  if (!g_markup_parse_context_parse (context, "<x>", -1, NULL) ||
      !g_markup_parse_context_parse (context, first, end + 1 - first, NULL) ||
      arguments.count == 0)
    return;

  program = dup_xml_program (self);
  g_string_prepend (words, program != NULL ? program : "");
  g_string_append_c (words, '\n');
  drover_import_rewrite_replace (self, 0, self->length,
                                 words->str + strspn (words->str, " "), -1);
  for (guint i = 0; i < arguments.count; i++)
    drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_XML, first - self->text,
                                end + 1 - self->text);
  drover_import_rewrite_finish_pass (self);
}

/* Vagrant's `libvirt.qemuargs :value => "-device"` */

static void
unpack_vagrant (DroverImportRewrite *self)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GRegex) regex = NULL;
  int start = -1;
  int end = -1;

  if (g_strstr_len (self->text, self->length, ".qemuargs") == NULL)
    return;

  regex = g_regex_new ("\\.qemuargs\\s*\\(?\\s*:?value(?:\\s*=>|:)\\s*(?:\"([^\"\\n]*)\"|'([^'\\n]*)')", 0, 0,
                       NULL);
  g_regex_match_full (regex, self->text, self->length, 0, 0, &match, NULL);
  while (g_match_info_matches (match))
    {
      g_autofree char *value = g_match_info_fetch (match, 1);
      g_autofree char *other = g_match_info_fetch (match, 2);
      g_autofree char *word = drover_shell_quote (other != NULL && *other != '\0' ? other : value);
      int from;

      g_match_info_fetch_pos (match, 0, &from, &end);
      start = start < 0 ? from : start;
      g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", word);
      g_match_info_next (match, NULL);
    }

  if (start < 0)
    return;
  drover_import_rewrite_replace (self, 0, self->length, words->str, -1);
  drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_LIST, start, end);
  drover_import_rewrite_finish_pass (self);
}

/* PowerShell's Start-Process */

/* Scripts start a few programs. */
#define MAX_STARTS 16

/* The strings after `-ArgumentList`, as PowerShell joins them. Returns where they end. */
static gsize
read_argument_list (const DroverImportRewrite *self, gsize pos, GString *words)
{
  for (;;)
    {
      const char *close;
      char quote;

      while (pos < self->length && strchr (" \t\r\n`,@()", self->text[pos]) != NULL)
        pos++;
      quote = pos < self->length ? self->text[pos] : '\0';
      if (quote != '"' && quote != '\'')
        return pos;
      close = memchr (self->text + pos + 1, quote, self->length - pos - 1);
      while (close != NULL && quote == '"' && close[-1] == '`')
        close = memchr (close + 1, quote, self->length - (close + 1 - self->text));
      if (close == NULL)
        return pos;

      g_string_append_c (words, ' ');
      for (const char *p = self->text + pos + 1; p < close; p++)
        if (*p != '`' || p[1] != '"')
          g_string_append_c (words, *p);
      pos = close - self->text + 1;
    }
}

static void
unpack_start_process (DroverImportRewrite *self)
{
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GRegex) regex = NULL;
  guint n_starts = 0;

  if (g_strstr_len (self->text, self->length, "qemu") == NULL ||
      g_strstr_len (self->text, self->length, "-A") == NULL)
    return;

  regex = g_regex_new ("\\b(?:Start-Process|saps)\\s+(?:-FilePath\\s+)?"
                       "(\"[^\"\\n]*\"|'[^'\\n]*'|[^\\s\"'`-]\\S*)[\\s`]+"
                       "(?:-(?:ArgumentList|Args)\\s+)(?=[\"'@(])", G_REGEX_CASELESS, 0, NULL);
  g_regex_match_full (regex, self->text, self->length, 0, 0, &match, NULL);
  while (g_match_info_matches (match) && n_starts++ < MAX_STARTS)
    {
      g_autofree char *program = g_match_info_fetch (match, 1);
      g_autoptr (GString) words = g_string_new (program);
      int start;
      int end;
      gsize after;

      g_match_info_fetch_pos (match, 0, &start, &end);
      after = drover_import_line_end (self, read_argument_list (self, end, words));
      if (strstr (program, "qemu") != NULL && words->len > strlen (program) &&
          (gsize) start >= self->copied)
        {
          g_string_append_c (words, '\n');
          drover_import_rewrite_replace (self, start, after, words->str, words->len);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_START_PROCESS, start, after);
        }
      g_match_info_next (match, NULL);
    }

  drover_import_rewrite_finish_pass (self);
}

/**
 * drover_import_unpack:
 *
 * Puts the command lines that other files have in them where a shell would read them.
 */
void
drover_import_unpack (DroverImportRewrite *self)
{
  unpack_unit (self);
  unpack_prefix (self);
  unpack_xml (self);
  unpack_vagrant (self);
  unpack_start_process (self);
  drover_import_unpack_makefile (self);
  drover_import_unpack_lists (self);
}
