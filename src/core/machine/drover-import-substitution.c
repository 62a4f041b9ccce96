/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "drover-import-scope-private.h"
#include "drover-shell-expand.h"

/* `$(…)` and `$((…))`. Nothing is executed. What follows from the text alone is worked out; what
 * this computer would most likely say is proposed. */

#define MAX_SEQUENCE 1000

/* arithmetic */

typedef struct
{
  DroverImportScope *scope;
  char *missing;
} Lookup;

static char *
lookup_value (const char *name, gpointer data)
{
  Lookup *self = data;
  g_autoptr (GPtrArray) value = drover_import_scope_dup_value (self->scope, name, FALSE);
  const DroverImportField *field = value != NULL && value->len > 0 ? value->pdata[0] : NULL;

  if (field != NULL)
    drover_import_scope_note_value (self->scope, name, value);
  else
    {
      drover_import_scope_note_use (self->scope, name, NULL);
      if (self->missing == NULL)
        self->missing = g_strdup (name);
    }

  return field != NULL && field->marks->len == 0 ? g_strdup (field->text->str) : NULL;
}

static gboolean
is_arithmetic (const char *source)
{
  return g_str_has_prefix (source, "$((") && g_str_has_suffix (source, "))");
}

static gboolean
append_arithmetic (DroverImportSplitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  DroverImportScope *scope = self->scope;
  g_autofree char *text = g_strndup (piece->text + 3, strlen (piece->text) - 5);
  gboolean asked = scope->asks_deep;
  Lookup lookup = { scope, NULL };
  DroverImportField *flat;
  gint64 result;

  scope->asks_deep |= scope->depth == 0;
  flat = drover_import_flatten (scope, text);
  if (flat->marks->len > 0)
    lookup.missing = g_strdup (g_array_index (flat->marks, DroverImportMark, 0).name);
  else if (drover_shell_evaluate (flat->text->str, lookup_value, &lookup, &result))
    {
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, result);
      g_autoptr (GPtrArray) value = drover_import_new_value (number);

      drover_import_splitter_append_value (self, value->pdata[0], quoted);
      drover_import_field_free (flat);
      scope->asks_deep = asked;
      return TRUE;
    }

  scope->asks_deep = asked;
  drover_import_field_free (flat);
  if (lookup.missing == NULL)
    return FALSE;

  drover_import_splitter_append_mark (self, lookup.missing, NULL, piece, piece->text, FALSE);
  g_free (lookup.missing);
  return TRUE;
}

/* commands */

/* The words of the one command in `$(…)`, when all of them are known; else as much as is. */
static GPtrArray *
list_words (DroverImportScope *scope, const char *source, gboolean *is_known)
{
  gboolean is_backtick = *source == '`';
  gsize skip = is_backtick ? 1 : 2;
  g_autofree char *text = g_strndup (source + skip, strlen (source) - skip - 1);
  g_autoptr (GPtrArray) commands = drover_shell_parse (text, -1, NULL);
  GPtrArray *words = drover_import_new_fields ();

  *is_known = commands != NULL && commands->len == 1;
  scope->depth++;
  for (guint i = 0; commands != NULL && i < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];

      for (guint j = 0; j < command->words->len && words->len < MAX_SEQUENCE; j++)
        drover_import_expand_braces (scope, command->words->pdata[j], words);
      for (guint j = 0; j < command->dropped->len; j++)
        {
          g_autofree char *dropped = drover_shell_word_dup_literal (command->dropped->pdata[j]);

          *is_known &= *dropped == '2';
        }
    }
  scope->depth--;

  for (guint i = 0; i < words->len; i++)
    *is_known &= ((DroverImportField *) words->pdata[i])->marks->len == 0;
  return words;
}

static const char *
get_word (GPtrArray *words, guint i)
{
  return i < words->len ? ((DroverImportField *) words->pdata[i])->text->str : "";
}

/* Not as GLib has it: `a/` is `a` for a shell, and its folder `.`. */
static char *
dup_without_slashes (const char *path)
{
  gsize length = strlen (path);

  while (length > 1 && path[length - 1] == '/')
    length--;

  return g_strndup (path, length);
}

static char *
dup_base_name (const char *path, const char *suffix)
{
  g_autofree char *plain = dup_without_slashes (path);
  const char *slash = strrchr (plain, '/');
  char *name = g_strdup (slash != NULL && slash[1] != '\0' ? slash + 1 : plain);

  if (g_str_has_suffix (name, suffix) && strlen (name) > strlen (suffix))
    name[strlen (name) - strlen (suffix)] = '\0';
  return name;
}

static char *
dup_folder (const char *path)
{
  g_autofree char *plain = dup_without_slashes (path);
  char *slash = strrchr (plain, '/');

  if (slash == NULL)
    return g_strdup (".");
  slash[slash == plain] = '\0';
  return dup_without_slashes (plain);
}

static char *
dup_sequence (GPtrArray *words)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 numbers[] = { 1, 1, 1 };
  guint n = words->len - 1;

  for (guint i = 0; i < n; i++)
    if (n > 3 || !g_ascii_string_to_signed (get_word (words, i + 1), 10, -1000000, 1000000,
                                            &numbers[n == 1 ? 2 : n == 2 ? i * 2 : i], NULL))
      return NULL;
  if (numbers[1] <= 0 || (numbers[2] - numbers[0]) / numbers[1] >= MAX_SEQUENCE)
    return NULL;

  for (gint64 i = numbers[0]; i <= numbers[2]; i += numbers[1])
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? "\n" : "", i);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static char *
dup_echo (GPtrArray *words)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint first = g_str_equal (get_word (words, 1), "-n") ? 2 : 1;

  for (guint i = first; i < words->len; i++)
    {
      const char *word = get_word (words, i);

      /* `-e` and what it brings. */
      if ((i == first && *word == '-') || strchr (word, '\\') != NULL)
        return NULL;
      g_string_append_printf (text, "%s%s", i > first ? " " : "", word);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* Of known words: what the command prints, or NULL. */
static char *
compute (GPtrArray *words)
{
  const char *head = get_word (words, 0);
  const char *first = get_word (words, 1);

  if (g_str_equal (head, "basename") && words->len >= 2 && words->len <= 3 && *first != '-' &&
      *first != '\0')
    return dup_base_name (first, get_word (words, 2));
  if (g_str_equal (head, "dirname") && words->len == 2 && *first != '-')
    return dup_folder (first);
  if (g_str_equal (head, "echo") && words->len >= 2)
    return dup_echo (words);
  if (g_str_equal (head, "seq") && words->len >= 2)
    return dup_sequence (words);
  if (words->len == 2 && (g_str_equal (head, "which") || g_str_equal (head, "whereis")))
    return drover_import_is_qemu (first) ? g_strdup (first) : NULL;
  if (words->len == 3 && drover_import_is_qemu (get_word (words, 2)) &&
      ((g_str_equal (head, "command") && g_ascii_strcasecmp (first, "-v") == 0) ||
       (g_str_equal (head, "type") && g_ascii_strcasecmp (first, "-p") == 0)))
    return g_strdup (get_word (words, 2));

  return NULL;
}

static char *
propose_name (GPtrArray *words)
{
  const char *option = get_word (words, 1);
  struct utsname host;

  if (uname (&host) != 0)
    return NULL;
  if (g_str_equal (option, "-m") || g_str_equal (option, "-p") || g_str_equal (option, "-i"))
    return g_strdup (host.machine);
  if (g_str_equal (option, "-r"))
    return g_strdup (host.release);
  if (g_str_equal (option, "-n"))
    return g_strdup (host.nodename);

  return g_strdup (host.sysname);
}

static char *
propose_id (GPtrArray *words)
{
  const char *option = get_word (words, 1);

  if (g_str_equal (option, "-u"))
    return g_strdup_printf ("%u", (guint) getuid ());
  if (g_str_equal (option, "-g"))
    return g_strdup_printf ("%u", (guint) getgid ());

  return g_str_equal (option, "-un") ? g_strdup (g_get_user_name ()) : NULL;
}

/* What the command would most likely print here, or NULL. */
static char *
propose (GPtrArray *words)
{
  const char *head = get_word (words, 0);
  const char *last = words->len > 1 ? get_word (words, words->len - 1) : "";
  gboolean counts = g_str_equal (head, "getconf") && strstr (last, "NPROCESSORS") != NULL;

  if (g_str_equal (head, "nproc") || counts)
    return g_strdup_printf ("%u", g_get_num_processors ());
  if (g_str_equal (head, "uname"))
    return propose_name (words);
  if (g_str_equal (head, "id"))
    return propose_id (words);
  if (g_str_equal (head, "whoami"))
    return g_strdup (g_get_user_name ());
  if (g_str_equal (head, "hostname"))
    return g_strdup (g_get_host_name ());
  /* The folder of the script, or of the sources: here. */
  if (g_str_equal (head, "pwd") || g_str_equal (head, "dirname") || g_str_equal (head, "cd") ||
      (g_str_equal (head, "git") && g_str_equal (last, "--show-toplevel")))
    return g_get_current_dir ();
  if ((g_str_equal (head, "realpath") || g_str_equal (head, "readlink")) && *last != '\0' &&
      *last != '-' && ((DroverImportField *) words->pdata[words->len - 1])->marks->len == 0)
    return g_canonicalize_filename (last, NULL);

  return NULL;
}

static gboolean
append_folder (DroverImportSplitter *self, gboolean quoted)
{
  g_autoptr (GPtrArray) value = drover_import_scope_dup_value (self->scope, "PWD", FALSE);

  if (value == NULL || value->len == 0)
    return FALSE;

  drover_import_scope_note_value (self->scope, "PWD", value);
  drover_import_splitter_append_value (self, value->pdata[0], quoted);
  return TRUE;
}

static gboolean
append_command (DroverImportSplitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  g_autofree char *proposal = NULL;
  g_autofree char *result = NULL;
  g_autoptr (GPtrArray) words = NULL;
  gboolean is_known;

  if (g_str_equal (piece->text, "$(pwd)") || g_str_equal (piece->text, "`pwd`"))
    return append_folder (self, quoted);

  words = list_words (self->scope, piece->text, &is_known);
  result = is_known ? compute (words) : NULL;
  if (result != NULL)
    {
      drover_import_splitter_append_computed (self, piece, result, quoted);
      return TRUE;
    }

  proposal = propose (words);
  drover_import_scope_note_place (self->scope, piece->text, proposal);
  drover_import_splitter_append_mark (self, NULL, proposal, piece, piece->text, FALSE);
  return TRUE;
}

/**
 * drover_import_append_substitution:
 * @piece: a substitution
 *
 * Appends its result where that follows from the text, else a place to fill in.
 *
 * Returns: whether it is arithmetic or a command
 */
gboolean
drover_import_append_substitution (DroverImportSplitter *self, const DroverShellPiece *piece,
                                   gboolean quoted)
{
  if (self->scope->depth >= DROVER_IMPORT_MAX_DEPTH)
    return FALSE;
  if (is_arithmetic (piece->text) && append_arithmetic (self, piece, quoted))
    return TRUE;

  return (g_str_has_prefix (piece->text, "$(") || *piece->text == '`') &&
         !is_arithmetic (piece->text) && append_command (self, piece, quoted);
}
