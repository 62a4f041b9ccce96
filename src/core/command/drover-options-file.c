/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "drover-arguments.h"
#include "drover-error.h"
#include "drover-keyval.h"
#include "drover-option.h"
#include "drover-options-file.h"

/* More than this is no file of options. */
#define LIMIT (64 * 1024)

/* Groups that are called otherwise than their option. */
static const struct
{
  const char *group;
  const char *option;
} groups[] = {
  { "memory", "m" },
  { "smp-opts", "smp" },
  { "boot-opts", "boot" },
};

/* QEMU's grammar (util/qemu-config.c): a line is empty, a comment, `[GROUP]`, `[GROUP "ID"]` or
 * `KEY = "VALUE"`. There is no escape for a quote, and what stands behind one does not count. */
typedef struct
{
  GPtrArray *arguments;
  DroverArgument *source;
  const char *option; /* NULL before the first group */
  char *first;        /* the value of the key that the option implies */
  GString *value;
} Parser;

static const char *
get_option (const char *group)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_equal (groups[i].group, group))
      return groups[i].option;

  return group;
}

static void
end_group (Parser *self)
{
  g_autofree char *flag = NULL;

  if (self->option == NULL)
    return;

  if (self->first != NULL)
    {
      g_autofree char *escaped = drover_keyval_escape (self->first);

      g_string_prepend (self->value, self->value->len > 0 ? "," : "");
      g_string_prepend (self->value, escaped);
    }
  flag = g_strconcat ("-", self->option, NULL);

  /* A group that says nothing makes nothing. */
  if (self->value->len > 0)
    g_ptr_array_add (self->arguments, drover_argument_new_from_file (flag, self->value->str,
                                                                     self->source));
  g_clear_pointer (&self->first, g_free);
  g_string_truncate (self->value, 0);
  self->option = NULL;
}

/* The implied key goes first, as people write it, when it can. */
static void
add_item (Parser *self, const char *key, const char *value)
{
  const DroverOption *known = drover_option_find (self->option);
  g_autofree char *escaped = drover_keyval_escape (value);

  if (known != NULL && g_strcmp0 (known->implied, key) == 0 && self->first == NULL &&
      *value != '\0' && strchr (value, '=') == NULL)
    self->first = g_strdup (value);
  else
    g_string_append_printf (self->value, "%s%s=%s", self->value->len > 0 ? "," : "", key,
                            escaped);
}

static char *
dup_quoted (const char *text)
{
  const char *end = *text == '"' ? strchr (text + 1, '"') : NULL;

  return end != NULL ? g_strndup (text + 1, end - text - 1) : NULL;
}

static const char *
skip_blanks (const char *text)
{
  return text + strspn (text, " \t");
}

static gboolean
parse_group (Parser *self, const char *line)
{
  const char *end = line + strcspn (line, " \t]");
  g_autofree char *group = g_strndup (line, end - line);
  const char *rest = skip_blanks (end);
  g_autofree char *id = dup_quoted (rest);

  /* No option begins with a dash of its own. */
  if (*group == '\0' || *group == '-' || (id == NULL && *rest != ']'))
    return FALSE;

  end_group (self);
  self->option = g_intern_string (get_option (group));
  if (id != NULL)
    add_item (self, "id", id);
  return TRUE;
}

static gboolean
parse_item (Parser *self, const char *line)
{
  const char *start = skip_blanks (line);
  const char *end = start + strcspn (start, " \t");
  const char *equals = skip_blanks (end);
  g_autofree char *key = g_strndup (start, end - start);
  g_autofree char *value = NULL;

  if (self->option == NULL || *key == '\0' || strpbrk (key, "=,\"") != NULL || *equals != '=')
    return FALSE;

  value = dup_quoted (skip_blanks (equals + 1));
  if (value == NULL)
    return FALSE;

  add_item (self, key, value);
  return TRUE;
}

static gboolean
parse_line (Parser *self, const char *line)
{
  if (*line == '\0' || *line == '#' || g_str_equal (line, "\r"))
    return TRUE;

  return *line == '[' ? parse_group (self, line + 1) : parse_item (self, line);
}

/**
 * drover_options_file_parse:
 * @text: what stands in the file
 * @source: the `-readconfig` that names it
 * @error: (nullable): set to %DROVER_ERROR_ARGUMENT, with the number of the first line that is
 *   not understood
 *
 * Returns: (transfer full) (element-type DroverArgument): the options that say what the file says,
 *   one for each group; also with an error what is understood
 */
GPtrArray *
drover_options_file_parse (const char *text, DroverArgument *source, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) value = g_string_new (NULL);
  Parser parser = { drover_arguments_new (), source, NULL, NULL, value };
  guint bad = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    if (!parse_line (&parser, lines[i]) && bad == 0)
      bad = i + 1;

  end_group (&parser);
  if (bad > 0)
    drover_arguments_refuse (error, _("line %u is not understood"), bad);
  return parser.arguments;
}

/**
 * drover_options_file_dup_path:
 * @source: a `-readconfig`
 * @folder: (nullable): where the machine's relative file names start
 *
 * Returns: (transfer full): the absolute path of the file that it names
 */
char *
drover_options_file_dup_path (DroverArgument *source, const char *folder)
{
  return g_canonicalize_filename (drover_argument_get_value (source), folder);
}

/**
 * drover_options_file_read:
 * @path: a file
 * @error: set to the reason when it cannot be read
 *
 * Does not wait, should it be a pipe.
 *
 * Returns: (transfer full) (nullable): its text, or the beginning of one that is too large to be
 *   a file of options; what is no UTF-8 is replaced
 */
char *
drover_options_file_read (const char *path, GError **error)
{
  g_autofree char *buffer = g_malloc (LIMIT);
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  gssize n = fd >= 0 ? read (fd, buffer, LIMIT) : -1;
  int code = errno;

  if (fd >= 0)
    close (fd);
  if (n >= 0)
    return g_utf8_make_valid (buffer, n);

  errno = code;
  drover_set_errno_error (error, _("Cannot read %s"), path);
  return NULL;
}

/* `-readconfig` of a machine that is switched on. */
static gboolean
is_source (DroverArgument *argument)
{
  return drover_argument_get_value (argument) != NULL &&
         drover_argument_get_source (argument) == NULL &&
         drover_argument_get_enabled (argument) &&
         g_str_equal (drover_argument_get_option (argument), "readconfig");
}

static GPtrArray *
read_source (DroverArgument *source, const char *folder, GError **error)
{
  g_autofree char *path = drover_options_file_dup_path (source, folder);
  g_autofree char *text = drover_options_file_read (path, error);
  g_autoptr (GError) bad = NULL;
  GPtrArray *arguments;

  if (text == NULL)
    return NULL;

  arguments = drover_options_file_parse (text, source, &bad);
  if (bad != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, "%s: %s", path, bad->message);
  return arguments;
}

/**
 * drover_arguments_with_files:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @folder: (nullable): where the machine's relative file names start
 *
 * What the files of its `-readconfig` say stands behind the machine's own arguments, which keep
 * their numbers. Those that read settings, parts and references see it; what changes arguments
 * never touches it, and a document does not take it. The files are read anew at each call.
 *
 * Returns: (transfer full) (element-type DroverArgument): all of them; @arguments itself when no
 *   file says anything
 */
GPtrArray *
drover_arguments_with_files (GPtrArray *arguments, const char *folder)
{
  GPtrArray *all = NULL;

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autoptr (GPtrArray) read =
        is_source (arguments->pdata[i]) ? read_source (arguments->pdata[i], folder, NULL) : NULL;

      if (read == NULL || read->len == 0)
        continue;
      if (all == NULL)
        all = drover_arguments_copy (arguments);
      for (guint n = 0; n < read->len; n++)
        g_ptr_array_add (all, drover_argument_ref (read->pdata[n]));
    }

  return all != NULL ? all : g_ptr_array_ref (arguments);
}

/**
 * drover_arguments_without_files:
 * @arguments: (element-type DroverArgument): a list that may be one of
 *   drover_arguments_with_files(), or made from one
 *
 * Returns: (transfer full) (element-type DroverArgument): the machine's own; @arguments itself
 *   when all are
 */
GPtrArray *
drover_arguments_without_files (GPtrArray *arguments)
{
  GPtrArray *own = NULL;

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_source (arguments->pdata[i]) != NULL)
      {
        if (own == NULL)
          {
            own = drover_arguments_new ();
            for (guint n = 0; n < i; n++)
              g_ptr_array_add (own, drover_argument_ref (arguments->pdata[n]));
          }
      }
    else if (own != NULL)
      g_ptr_array_add (own, drover_argument_ref (arguments->pdata[i]));

  return own != NULL ? own : g_ptr_array_ref (arguments);
}

/**
 * drover_arguments_list_file_problems:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @folder: (nullable): where the machine's relative file names start
 *
 * Returns: (transfer full) (element-type utf8): what is wrong with the files of its
 *   `-readconfig`, in sentences that name the file
 */
GPtrArray *
drover_arguments_list_file_problems (GPtrArray *arguments, const char *folder)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) read = NULL;

      if (!is_source (arguments->pdata[i]))
        continue;
      read = read_source (arguments->pdata[i], folder, &error);
      if (error != NULL)
        g_ptr_array_add (problems, g_strdup (error->message));
    }

  return problems;
}

/**
 * drover_arguments_find_source:
 * @argument: index of one of @arguments
 *
 * Returns: index of the `-readconfig` that names the file which it stands in; -1 for one of the
 *   command line itself
 */
int
drover_arguments_find_source (GPtrArray *arguments, guint argument)
{
  DroverArgument *source = drover_argument_get_source (arguments->pdata[argument]);
  guint index;

  return source != NULL && g_ptr_array_find (arguments, source, &index) ? (int) index : -1;
}

/**
 * drover_arguments_get_file:
 * @argument: index of one of @arguments, or -1
 *
 * Returns: (nullable): the file that it stands in, as the command line names it; %NULL for one of
 *   the command line itself
 */
const char *
drover_arguments_get_file (GPtrArray *arguments, int argument)
{
  DroverArgument *source =
    argument >= 0 ? drover_argument_get_source (arguments->pdata[argument]) : NULL;

  return source != NULL ? drover_argument_get_value (source) : NULL;
}

/**
 * drover_arguments_check_own:
 * @argument: index of one of @arguments, or -1
 * @error: set to %DROVER_ERROR_ARGUMENT when it stands in a file
 *
 * Returns: whether it can be changed: it does not stand in a file
 */
gboolean
drover_arguments_check_own (GPtrArray *arguments, int argument, GError **error)
{
  const char *file = drover_arguments_get_file (arguments, argument);

  if (file == NULL)
    return TRUE;

  return drover_arguments_refuse (
    error, _("It stands in the file %s, which Drover never changes; edit it there"), file);
}
