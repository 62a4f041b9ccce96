/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-import-private.h"
#include "drover-json.h"
#include "drover-part.h"
#include "drover-shell-private.h"

/* What an import changed, left out, or left open, in sentences. */

/* So many of one kind are a book, or an attack. */
#define MAX_OF_A_KIND 100

/* Finding an argument's page takes a look at all arguments. Nobody reads a sentence on each of
 * so many, and a pasted book must not take minutes. */
#define MAX_ON_PAGES 2000

typedef struct
{
  const DroverImportText *text;
  GPtrArray *notices;
} Notices;

static void
notice_free (gpointer data)
{
  DroverImportNotice *notice = data;

  g_free (notice->text);
  g_free (notice->proposal);
  g_free (notice);
}

/* Takes @sentence. */
static void
add (Notices *self, DroverImportNoticeKind kind, char *sentence, gsize start, gsize end,
     int argument)
{
  DroverImportNotice *notice = g_new (DroverImportNotice, 1);

  *notice = (DroverImportNotice) { kind, sentence, start, end, argument, NULL };
  g_ptr_array_add (self->notices, notice);
}

/* On one line, and not longer than one reads. */
static char *
dup_short (const char *text)
{
  g_autoptr (GString) line = g_string_new (NULL);
  guint n = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (n++ >= 72)
        {
          g_string_append (line, "…");
          break;
        }
      if (g_ascii_isspace (*p) || g_ascii_iscntrl (*p))
        g_string_append_c (line, ' ');
      else
        g_string_append_len (line, p, g_utf8_next_char (p) - p);
    }

  return g_string_free_and_steal (g_steal_pointer (&line));
}

static char *
dup_source (Notices *self, gsize start, gsize end)
{
  g_autofree char *source = g_strndup (self->text->text + start, end - start);

  return dup_short (source);
}

/* before the program */

/* One sentence for all of it: `sudo -u me nice -n 5`. Keywords of the shell are not worth one. */
static void
note_before (Notices *self, const DroverImportReading *reading)
{
  static const char *const keywords[] = { "if", "then", "else", "elif", "while", "until", "do", "{",
                                          "!", "exec", "command", "time", "&", NULL };
  static const char *const superusers[] = { "sudo", "doas", "pkexec", NULL };
  g_autoptr (GString) words = g_string_new (NULL);
  const DroverImportField *first = NULL;
  gboolean is_superuser = FALSE;
  g_autofree char *text = NULL;
  gsize end = 0;

  for (guint i = 0; i < reading->before->len; i++)
    {
      const DroverImportField *field = reading->before->pdata[i];
      const char *word = field->text->str;

      if (g_strv_contains (keywords, word))
        continue;
      first = first != NULL ? first : field;
      end = MAX (end, field->end);
      is_superuser |= g_strv_contains (superusers, word);
      g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", word);
    }

  if (first == NULL)
    return;
  text = dup_short (words->str);
  add (self, DROVER_IMPORT_DROPPED,
       is_superuser
         ? g_strdup_printf (_("“%s” was left out: the machine runs with your own rights, and in "
                              "your own environment"), text)
         : g_strdup_printf (_("“%s”, which stands before the program, was left out"), text),
       first->start, end, -1);
}

static void
note_assignments (Notices *self, const DroverShellCommand *command)
{
  for (guint i = 0; i < command->assignments->len; i++)
    {
      const DroverShellWord *word = command->assignments->pdata[i];
      g_autofree char *source = dup_source (self, word->start, word->end);

      add (self, DROVER_IMPORT_DROPPED,
           g_strdup_printf (_("The environment variable %s is not set for the machine"), source),
           word->start, word->end, -1);
    }
}

/* What a script exports, when QEMU or a library of its heeds it. */
static gboolean
concerns_qemu (const char *name)
{
  static const char *const prefixes[] = { "QEMU", "SDL_", "DISPLAY", "WAYLAND_", "XDG_RUNTIME_DIR",
                                          "PULSE_", "PIPEWIRE_", "LD_", "GDK_", "GTK_", "LIBGL_",
                                          "MESA_", "__GL", "DRI_PRIME", "TMPDIR", "LIBVIRT" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;

  return FALSE;
}

static void
note_earlier (Notices *self, const DroverShellCommand *command)
{
  g_autofree char *head =
    command->words->len > 1 ? drover_shell_word_dup_literal (command->words->pdata[0]) : NULL;
  const DroverShellWord *second = head != NULL ? command->words->pdata[1] : NULL;
  g_autofree char *source = NULL;

  if (second == NULL)
    return;

  source = dup_source (self, second->start, second->end);
  if (g_str_equal (head, "cd") || g_str_equal (head, "pushd"))
    add (self, DROVER_IMPORT_DROPPED,
         g_strdup_printf (_("The text changes to the folder %s first, which is not followed; "
                            "choose it as the folder of relative file names"), source),
         command->start, command->end, -1);
  else if (g_str_equal (head, "export") && concerns_qemu (source))
    add (self, DROVER_IMPORT_DROPPED,
         g_strdup_printf (_("The environment variable %s is not set for the machine"), source),
         second->start, second->end, -1);
}

/* the program */

static void
note_program (Notices *self, const DroverImportReading *reading, const char *accelerator)
{
  const DroverImportProgram *program = &reading->program;
  g_autofree char *text = program->text != NULL ? dup_short (program->text) : NULL;

  if (text != NULL && program->name != NULL && !g_str_equal (program->text, program->name))
    add (self, DROVER_IMPORT_CHANGED,
         g_strdup_printf (_("“%s” became %s"), text, program->name), reading->program_start,
         reading->program_end, -1);
  if (accelerator != NULL)
    add (self, DROVER_IMPORT_CHANGED,
         g_strdup_printf (_("As “%s” asks for hardware acceleration, the accelerator is chosen at "
                            "each start: KVM where it works, else emulation"), text),
         reading->program_start, reading->program_end, -1);
}

/* arguments */

static void
note_field (Notices *self, const DroverImportField *field, int argument)
{
  g_autofree char *text = dup_short (field->text->str);

  if (argument < 0)
    {
      g_autofree char *source = dup_source (self, field->start, field->end);

      add (self, DROVER_IMPORT_DROPPED,
           g_strdup_printf (_("%s has no value, so a shell makes no argument of it"),
                            *source == '$' || *source == '%' || *source == '"' ? source : text),
           field->start, field->end, -1);
      return;
    }

  for (guint i = 0; i < field->marks->len; i++)
    {
      const DroverImportMark *mark = &g_array_index (field->marks, DroverImportMark, i);
      g_autofree char *in_full = g_strndup (field->text->str + mark->start, mark->end - mark->start);
      g_autofree char *place = dup_short (in_full);

      add (self, DROVER_IMPORT_TO_FILL_IN,
           mark->name != NULL
             ? g_strdup_printf (_("%s has no value: put one in its place"), place)
           : (in_full[0] == '<' && in_full[1] != '(') || in_full[0] == '%'
             ? g_strdup_printf (_("%s stands for something of yours: put that in its place"), place)
             : g_strdup_printf (_("%s was not run: put what it prints in its place"), place),
           mark->source_start, mark->source_end, argument);
      if (mark->proposal != NULL)
        {
          DroverImportNotice *notice = self->notices->pdata[self->notices->len - 1];

          notice->proposal = g_strdup (mark->proposal);
        }
    }

  if (field->computed != NULL)
    {
      g_autofree char *source = dup_short (field->computed);

      add (self, DROVER_IMPORT_CHANGED,
           g_strdup_printf (_("%s was not run; what it prints is clear: %s"), source, text),
           field->start, field->end, argument);
    }
  if (field->is_json)
    add (self, DROVER_IMPORT_CHANGED,
         g_strdup_printf (_("%s has no quotes around it, so a shell would take it apart; it was "
                            "kept whole"), text),
         field->start, field->end, argument);

  if (field->tilde)
    add (self, DROVER_IMPORT_CHANGED,
         g_strdup_printf (_("“~” became your home folder: %s"), text), field->start, field->end,
         argument);
  if (field->has_glob)
    add (self, DROVER_IMPORT_TO_FILL_IN,
         g_strdup_printf (_("A shell would put the names of matching files in the place of “%s”"),
                          text),
         field->start, field->end, argument);
}

/* after the command */

static void
note_dropped (Notices *self, const DroverShellCommand *command)
{
  if (command->dropped->len > MAX_OF_A_KIND)
    add (self, DROVER_IMPORT_DROPPED,
         g_strdup_printf (ngettext ("%u word is for the shell, and was left out",
                                    "%u words are for the shell, and were left out",
                                    command->dropped->len + command->n_more_dropped),
                          command->dropped->len + command->n_more_dropped),
         command->start, command->end, -1);
  for (guint i = 0; i < command->dropped->len && command->dropped->len <= MAX_OF_A_KIND; i++)
    {
      const DroverShellWord *word = command->dropped->pdata[i];
      g_autofree char *in_full = drover_shell_word_dup_literal (word);
      g_autofree char *source = dup_short (in_full);

      /* A prompt ends in the blanks that part it from the command. */
      if (g_str_has_suffix (in_full, " ") || g_str_has_suffix (in_full, "\t") ||
          g_str_equal (in_full, "@"))
        continue;

      add (self, DROVER_IMPORT_DROPPED,
           g_str_equal (in_full, "&")
             ? g_strdup (_("“&” was left out: machines always run in the background"))
             : g_strdup_printf (_("“%s” is for the shell, and was left out"), source),
           word->start, word->end, -1);
    }
}

/* Lines of options behind the command, whose backslashes are missing. */
static void
note_next (Notices *self, guint candidate)
{
  const DroverImportCandidate *chosen =
    &g_array_index (self->text->candidates, DroverImportCandidate, candidate);
  const DroverShellCommand *next = chosen->last > chosen->first
                                     ? self->text->commands->pdata[chosen->first + 1]
                                     : NULL;
  const DroverShellCommand *last = self->text->commands->pdata[chosen->last];
  guint n = chosen->last - chosen->first;

  if (next != NULL && chosen->has_program)
    add (self, DROVER_IMPORT_CHANGED,
         g_strdup_printf (ngettext ("%u line of options was taken as part of the command, though "
                                    "nothing joins them",
                                    "%u lines of options were taken as parts of the command, though "
                                    "nothing joins them", n), n),
         next->start, last->end, -1);

  for (guint i = chosen->last + 1; i < self->text->commands->len && n++ < MAX_OF_A_KIND; i++)
    {
      const DroverShellCommand *command = self->text->commands->pdata[i];
      const DroverShellWord *first = command->words->len > 0 ? command->words->pdata[0] : NULL;
      g_autofree char *source = NULL;

      /* No bullet of a list, and no `-bash: …`. */
      if (first == NULL || command->is_array || first->end - first->start < 2 ||
          self->text->text[first->start] != '-' || self->text->text[first->end - 1] == ':')
        return;

      source = dup_source (self, command->start, command->end);
      add (self, DROVER_IMPORT_DROPPED,
           g_strdup_printf (_("The line “%s” does not belong to the command: nothing continues "
                              "the line before it"), source),
           command->start, command->end, -1);
    }
}

/* what was done to the text */

static void
note_changes (Notices *self)
{
  const DroverImportRewrite *rewrite = self->text->rewrite;

  for (guint i = 0; rewrite != NULL && i < DROVER_IMPORT_N_CHANGES; i++)
    if (rewrite->changed[i].count > 0)
      add (self, DROVER_IMPORT_CHANGED,
           drover_import_change_dup_sentence (i, rewrite->changed[i].count),
           rewrite->changed[i].start, rewrite->changed[i].end, -1);
}

/* Places in the text as it was given. */
static void
map_places (Notices *self)
{
  const DroverImportRewrite *rewrite = self->text->rewrite;

  for (guint i = 0; rewrite != NULL && i < self->notices->len; i++)
    {
      DroverImportNotice *notice = self->notices->pdata[i];

      if (notice->start == notice->end)
        continue;
      notice->start = drover_import_rewrite_get_start (rewrite, notice->start);
      notice->end = MAX (drover_import_rewrite_get_end (rewrite, notice->end), notice->start);
    }
}

/* Files as Windows names them, which QEMU takes for a protocol, or for a name without folders. */
static void
note_windows_file (Notices *self, DroverArgument *argument, guint i)
{
  g_autoptr (GRegex) regex = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  const char *value = drover_argument_get_value (argument);
  g_autofree char *file = NULL;
  g_autofree char *text = NULL;

  if (value == NULL || strstr (value, ":\\") == NULL)
    return;

  regex = g_regex_new ("(?:^|[=,\"])([A-Za-z]:\\\\[^,\"]*)", 0, 0, NULL);
  if (!g_regex_match (regex, value, 0, &match))
    return;
  file = g_match_info_fetch (match, 1);
  text = dup_short (file);
  add (self, DROVER_IMPORT_TO_FILL_IN,
       g_strdup_printf (_("“%s” is named as Windows names files: choose where it is here"), text), 0,
       0, i);
}

static void
note_windows_files (Notices *self, GPtrArray *arguments)
{
  guint n = 0;

  for (guint i = 0; i < arguments->len && n < MAX_OF_A_KIND; i++)
    {
      guint before = self->notices->len;

      note_windows_file (self, arguments->pdata[i], i);
      n += self->notices->len - before;
    }
}

/* in the pages */

static gboolean
is_broken_json (DroverArgument *argument)
{
  const char *value = drover_argument_get_value (argument);
  const char *flag = drover_argument_get_flag (argument);
  g_autoptr (JsonNode) node = NULL;

  if (flag == NULL || value == NULL || *value != '{')
    return FALSE;

  node = drover_json_parse (value, -1, NULL);
  return node == NULL;
}

static void
note_custom (Notices *self, DroverArgument *argument, guint i, gboolean is_json)
{
  const char *flag = drover_argument_get_flag (argument);
  g_autofree char *text = dup_short (flag != NULL ? flag : drover_argument_get_value (argument));

  add (self, DROVER_IMPORT_CUSTOM,
       is_json ? g_strdup_printf (_("%s is kept as it is: its JSON is broken"), text)
               : g_strdup_printf (_("%s is kept as it is, under Everything Else"), text),
       0, 0, i);
}

/* One sentence for all that rows show in full, and one for each that they do not. */
static void
note_pages (Notices *self, GPtrArray *arguments)
{
  g_autoptr (GArray) rest = NULL;
  guint n_custom = 0;
  guint next = 0;

  if (arguments->len > MAX_ON_PAGES)
    return;

  rest = drover_locations_list_rest (arguments);
  for (guint i = 0; i < arguments->len; i++)
    {
      gboolean is_rest = next < rest->len && g_array_index (rest, guint, next) == i;
      gboolean is_broken = is_broken_json (arguments->pdata[i]);

      next += is_rest;
      if (!is_rest && !is_broken)
        continue;
      n_custom++;
      note_custom (self, arguments->pdata[i], i, is_broken);
    }

  if (n_custom < arguments->len)
    add (self, DROVER_IMPORT_UNDERSTOOD,
         g_strdup_printf (ngettext ("%u of %u argument is shown on its page",
                                    "%u of %u arguments are shown on their pages", arguments->len),
                          arguments->len - n_custom, arguments->len),
         0, 0, -1);
}

/**
 * drover_import_list_notices:
 * @candidate: index of the command that was read
 * @reading: its words
 * @arguments: (element-type DroverArgument): what was made of them
 * @origins: (element-type int): the argument that each of its fields became, or -1
 * @accelerator: (nullable): what the document was given
 *
 * Returns: (transfer full) (element-type DroverImportNotice): what to tell the user, in the
 *   order of the text
 */
GPtrArray *
drover_import_list_notices (const DroverImportText *text, guint candidate,
                            const DroverImportReading *reading, GPtrArray *arguments,
                            GArray *origins, const char *accelerator)
{
  const DroverImportCandidate *chosen =
    &g_array_index (text->candidates, DroverImportCandidate, candidate);
  Notices self = { text, g_ptr_array_new_with_free_func (notice_free) };

  for (guint i = 0; i < chosen->first; i++)
    note_earlier (&self, text->commands->pdata[i]);
  for (guint i = chosen->first; i <= chosen->last; i++)
    if (!((DroverShellCommand *) text->commands->pdata[i])->is_array)
      note_assignments (&self, text->commands->pdata[i]);
  note_before (&self, reading);
  note_program (&self, reading, accelerator);
  for (guint i = 0; i < reading->arguments->len; i++)
    note_field (&self, reading->arguments->pdata[i], g_array_index (origins, int, i));
  for (guint i = chosen->first; i <= chosen->last; i++)
    note_dropped (&self, text->commands->pdata[i]);
  note_next (&self, candidate);
  map_places (&self);
  note_changes (&self);
  note_windows_files (&self, arguments);
  note_pages (&self, arguments);

  return self.notices;
}
