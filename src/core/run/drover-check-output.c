/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-check-private.h"
#include "drover-keyval.h"

/* QEMU begins a message with its name and, where it knows it, the argument as it got it:
 *
 *   qemu-system-x86_64: -device foo: 'foo' is not a valid device model name
 *   qemu-system-x86_64: unsupported machine type: "foo"
 *
 * What the first kind belongs to is certain. For the second there are rules for what the
 * message says, and in the end the argument that alone has a text which the message quotes. */

/*
 * _drover_check_problem_new:
 * @message: (transfer full): for people
 */
DroverCheckProblem *
_drover_check_problem_new (int argument, gboolean fatal, char *message)
{
  DroverCheckProblem *self = g_new0 (DroverCheckProblem, 1);

  self->message = message;
  self->argument = argument;
  self->fatal = fatal;
  return self;
}

/*
 * _drover_check_problem_free:
 */
void
_drover_check_problem_free (DroverCheckProblem *self)
{
  g_free (self->message);
  g_free (self);
}

static const char *
get_value (DroverDocument *document, int argument)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  return argument < 0 ? NULL : drover_argument_get_value (arguments->pdata[argument]);
}

/* Where @word stands in JSON as a string; a member's name, else a value. */
static gboolean
find_in_json (const char *value, const char *word, gsize *start, gsize *end)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", word);
  const char *found = strstr (value, quoted);

  if (found == NULL)
    return FALSE;

  *start = found + 1 - value;
  *end = *start + strlen (word);
  return TRUE;
}

static gboolean
item_is (const char *value, const DroverKeyvalItem *item, const char *word)
{
  const char *text = value + item->start;
  gsize length = strlen (word);
  gsize skipped = item->is_flag && (*text == '+' || *text == '-') ? 1 : 0;

  if (item->key_length == length + skipped && strncmp (text + skipped, word, length) == 0)
    return TRUE;

  return item->end - item->value_start == length &&
         strncmp (value + item->value_start, word, length) == 0;
}

/*
 * _drover_check_find_span:
 * @word: a key or a value that the message names
 *
 * Points @problem at @word in its argument, if that has it: a key with its value, or a value.
 */
void
_drover_check_find_span (DroverCheckProblem *problem, DroverDocument *document, const char *word)
{
  const char *value = get_value (document, problem->argument);
  g_autoptr (GArray) items = NULL;

  if (value == NULL || *word == '\0' || problem->end > problem->start)
    return;
  if (value[0] == '{')
    {
      find_in_json (value, word, &problem->start, &problem->end);
      return;
    }

  items = drover_keyval_parse (value, TRUE);
  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      if (item_is (value, item, word))
        {
          gboolean is_key = item->key_length > 0 &&
                            strncmp (value + item->start, word, strlen (word)) == 0;

          problem->start = is_key || item->is_flag ? item->start : item->value_start;
          problem->end = item->end;
          return;
        }
    }
}

/*
 * _drover_check_find_part:
 * @word: a text
 *
 * Points @problem at a part of a value, such as one rule of a list; not at one letter somewhere
 * in it.
 */
void
_drover_check_find_part (DroverCheckProblem *problem, DroverDocument *document, const char *word)
{
  const char *value = get_value (document, problem->argument);
  const char *found = value != NULL && strlen (word) > 1 ? strstr (value, word) : NULL;

  if (found == NULL || problem->end > problem->start)
    return;

  problem->start = found - value;
  problem->end = problem->start + strlen (word);
}

/* Every word in quotes, without what stands before its last dot in a property's name. */
static GPtrArray *
list_quoted (const char *message)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRegex) regex = g_regex_new ("'([^']+)'|\"([^\"]+)\"|“([^”]+)”|\\[([^\\]]+)\\]",
                                          G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, message, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    for (int i = 1; i < g_match_info_get_match_count (match); i++)
      {
        char *word = g_match_info_fetch (match, i);

        if (*word != '\0')
          g_ptr_array_add (words, word);
        else
          g_free (word);
      }

  return words;
}

/* What the message names, in the argument that it belongs to. */
static void
find_span_of_message (DroverCheckProblem *problem, DroverDocument *document)
{
  g_autoptr (GRegex) regex = g_regex_new ("(?:ption|arameter) '([^']+)'", 0, 0, NULL);
  g_autoptr (GPtrArray) words = list_quoted (problem->message);
  gboolean is_property = strstr (problem->message, "roperty '") != NULL;
  g_autoptr (GMatchInfo) match = NULL;

  if (g_regex_match (regex, problem->message, 0, &match))
    {
      g_autofree char *key = g_match_info_fetch (match, 1);

      _drover_check_find_span (problem, document, key);
    }
  for (guint i = 0; i < words->len; i++)
    {
      const char *word = words->pdata[i];
      const char *dot = is_property ? strrchr (word, '.') : NULL;

      _drover_check_find_span (problem, document, word);
      if (dot != NULL)
        _drover_check_find_span (problem, document, dot + 1);
    }
  for (guint i = 0; i < words->len; i++)
    _drover_check_find_part (problem, document, words->pdata[i]);
}

/* Which options a message without a place speaks of. The first group of the expression, if
 * there is one, is a key or a value that the argument must have. */
static const struct
{
  const char *expression;
  const char *options;
} rules[] = {
  { "^unsupported machine type: \"([^\"]*)\"", "machine M" },
  { "^No machine specified", "machine M" },
  { "can't apply global [^=]*-cpu\\.([^=]+)=", "cpu" },
  { "can't apply global ([^=]+)=", "global" },
  { "global (\\S+) has invalid class name", "global" },
  { "Property '[^']*-machine\\.([^']+)'", "machine M" },
  { "Property '[^']*-cpu\\.([^']+)'", "cpu" },
  { "Property '[^']*-accel\\.([^']+)'", "accel" },
  { "invalid accelerator (\\S+)", "accel machine M" },
  { "accelerator|[Ff]ailed to initialize (\\S+):", "accel machine M enable-kvm" },
  { "CPU model '([^']*)'", "cpu" },
  { "doesn't support requested feature", "cpu" },
  { "Parameter 'smp\\.|SMP|CPU topology|hotpluggable cpus", "smp" },
  { "Parameter 'boot\\.|boot device", "boot" },
  { "Parameter 'memory\\.|slots specified|max-size|guest memory|RAM size|[Mm]emory size|pc\\.ram",
    "m" },
  { "kernel file|load kernel|loading kernel", "kernel" },
  { "initrd|initial ram disk|load a ram disk", "initrd" },
  { "dtb|device tree", "dtb" },
  { "pflash|system firmware|System firmware", "pflash drive machine M bios" },
  { "BIOS|bios|ROM image", "bios" },
  { "vga type", "vga" },
  { "datetime format", "rtc" },
  { "VNC|vnc", "vnc" },
  { "requested NIC .*model (\\S+)\\)", "nic net" },
  { "[Nn]etdev #net\\S* has no peer", "nic net" },
  { "[Nn]etdev (\\S+) has no peer", "netdev nic net" },
  { "^(\\S+) backing store", "object" },
  { "backing store (\\S+)", "mem-path object" },
  { "keyboard layout|keymap", "k" },
  { "NUMA|numa", "numa" },
  { "NVDIMM|nvdimm", "device machine M" },
  { "Parameter '([^'.]+)' expects", "machine M accel" },
};

static gboolean
has_word (DroverArgument *argument, const char *word)
{
  const char *value = drover_argument_get_value (argument);
  g_autoptr (GArray) items = NULL;

  if (value == NULL)
    return FALSE;
  if (g_str_equal (value, word))
    return TRUE;
  if (value[0] == '{')
    {
      gsize start, end;

      return find_in_json (value, word, &start, &end);
    }

  items = drover_keyval_parse (value, TRUE);
  for (guint i = 0; i < items->len; i++)
    if (item_is (value, &g_array_index (items, DroverKeyvalItem, i), word))
      return TRUE;

  return FALSE;
}

/* Of several the last one counts, as for QEMU. */
static int
find_argument (DroverDocument *document, const char *options, const char *word)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_auto (GStrv) names = g_strsplit (options, " ", -1);

  for (guint n = 0; names[n] != NULL; n++)
    for (int i = (int) arguments->len - 1; i >= 0; i--)
      if (drover_argument_get_enabled (arguments->pdata[i]) &&
          g_str_equal (drover_argument_get_option (arguments->pdata[i]), names[n]) &&
          (word == NULL || has_word (arguments->pdata[i], word)))
        return i;

  return -1;
}

static gboolean
apply_rules (DroverCheckProblem *problem, DroverDocument *document)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (rules[i].expression, 0, 0, NULL);
      g_autoptr (GMatchInfo) match = NULL;
      g_autofree char *word = NULL;

      if (!g_regex_match (regex, problem->message, 0, &match))
        continue;

      word = g_match_info_fetch (match, 1);
      if (word != NULL && *word == '\0')
        g_clear_pointer (&word, g_free);
      problem->argument = find_argument (document, rules[i].options, word);
      if (problem->argument >= 0 && word != NULL)
        _drover_check_find_span (problem, document, word);
      if (problem->argument >= 0)
        return TRUE;
    }

  return FALSE;
}

/* A message such as `-append only allowed with -kernel option`. */
static gboolean
apply_leading_option (DroverCheckProblem *problem, DroverDocument *document)
{
  const char *message = problem->message;
  g_autofree char *option = NULL;

  if (message[0] != '-')
    return FALSE;

  message += message[1] == '-' ? 2 : 1;
  option = g_strndup (message, strcspn (message, " :"));
  problem->argument = find_argument (document, option, NULL);
  return problem->argument >= 0;
}

/* The one argument that has a text which is quoted. */
static void
apply_quotes (DroverCheckProblem *problem, DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (GPtrArray) words = list_quoted (problem->message);

  for (guint w = 0; w < words->len && problem->argument < 0; w++)
    {
      int found = -1;
      guint n = 0;

      for (guint i = 0; i < arguments->len; i++)
        if (drover_argument_get_enabled (arguments->pdata[i]) &&
            has_word (arguments->pdata[i], words->pdata[w]))
          {
            found = i;
            n++;
          }
      if (n == 1)
        problem->argument = found;
    }
}

static void
find_place (DroverCheckProblem *problem, DroverDocument *document)
{
  if (!apply_leading_option (problem, document) && !apply_rules (problem, document))
    apply_quotes (problem, document);
  if (problem->argument >= 0)
    find_span_of_message (problem, document);
}

/* The launched argument that @text begins with; the longest, as one can begin like another.
 * One that lacks its value took the next flag for it. */
static const DroverCheckLine *
find_line (DroverCheckPlan *plan, const char *text, gsize *length)
{
  const DroverCheckLine *best = NULL;

  *length = 0;
  for (guint i = 0; i < plan->lines->len; i++)
    {
      const DroverCheckLine *line = plan->lines->pdata[i];
      g_autofree char *whole = g_strdup_printf ("%s%s%s: ", line->flag != NULL ? line->flag : "",
        line->flag != NULL && line->value != NULL ? " " : "",
        line->value != NULL ? line->value : "");
      g_autofree char *alone = g_strdup_printf ("%s: ", line->flag != NULL ? line->flag : "\n");
      const DroverCheckLine *next = i + 1 < plan->lines->len ? plan->lines->pdata[i + 1] : NULL;
      g_autofree char *swallowed = line->value == NULL && next != NULL && next->flag != NULL
        ? g_strdup_printf ("%s %s: ", line->flag, next->flag) : NULL;

      if (g_str_has_prefix (text, whole) && strlen (whole) > *length)
        {
          best = line;
          *length = strlen (whole);
        }
      else if (swallowed != NULL && g_str_has_prefix (text, swallowed))
        {
          best = line;
          *length = strlen (swallowed);
        }
      else if (best == NULL && g_str_has_prefix (text, alone))
        {
          best = line;
          *length = strlen (alone);
        }
    }

  return best;
}

/* An overlay is a floor above the user's own node. */
static char *
dup_without_overlay (const char *message)
{
  static const char backing[] = "Could not open backing file: Could not open ";
  GString *text = g_string_new (message);

  g_string_replace (text, backing, "Could not open ", 1);
  g_string_replace (text, "'backing.", "'", 0);
  return g_string_free_and_steal (text);
}

static DroverCheckProblem *
read_message (DroverCheckPlan *plan, const char *text)
{
  gsize length;
  const DroverCheckLine *line = find_line (plan, text, &length);
  const char *message = text + length;
  gboolean is_warning = g_str_has_prefix (message, "warning: ");
  DroverCheckProblem *problem = _drover_check_problem_new (
    line != NULL ? line->argument : -1, !is_warning,
    dup_without_overlay (message + (is_warning ? strlen ("warning: ") : 0)));

  if (line == NULL)
    find_place (problem, plan->document);
  else if (problem->argument >= 0)
    find_span_of_message (problem, plan->document);
  return problem;
}

/* Printed without QEMU's name. */
static DroverCheckProblem *
read_probing_warning (DroverCheckPlan *plan, const char *line)
{
  static const char beginning[] = "WARNING: ";
  DroverCheckProblem *problem;

  if (!g_str_has_prefix (line, beginning))
    return NULL;

  problem = _drover_check_problem_new (-1, FALSE, g_strdup (line + strlen (beginning)));
  find_place (problem, plan->document);
  return problem;
}

static gboolean
is_noise (const char *text)
{
  static const char *const noise[] = { "terminating on signal", "info: ", "QEMU waiting for" };

  for (guint i = 0; i < G_N_ELEMENTS (noise); i++)
    if (strstr (text, noise[i]) != NULL)
      return TRUE;

  return FALSE;
}

/* A second message about the same argument says more of the first one. */
static gboolean
join (GPtrArray *problems, DroverCheckProblem *problem)
{
  DroverCheckProblem *last = problems->len > 0 ? problems->pdata[problems->len - 1] : NULL;
  g_autofree char *first = NULL;

  if (last == NULL || last->fatal != problem->fatal || last->argument != problem->argument ||
      (problem->argument < 0 && !problem->fatal))
    return FALSE;
  if (g_str_equal (last->message, problem->message))
    return TRUE;

  first = g_steal_pointer (&last->message);
  last->message = g_strdup_printf ("%s\n%s", first, problem->message);
  return TRUE;
}

/* Where a script stands before QEMU, that calls itself by another name than the program's. */
static const char *
skip_name (const char *line, const char *name)
{
  g_autofree char *own = g_strconcat (name, ": ", NULL);
  gsize length = strcspn (line, ": ");

  if (g_str_has_prefix (line, own))
    return line + strlen (own);

  return g_str_has_prefix (line, "qemu") && g_str_has_prefix (line + length, ": ")
           ? line + length + strlen (": ") : NULL;
}

/*
 * _drover_check_read_output:
 * @output: all that QEMU printed
 * @passed: whether it came up
 * @problems: (element-type DroverCheckProblem): what is found goes here
 *
 * Finds QEMU's messages, and the argument that each is about.
 */
void
_drover_check_read_output (DroverCheckPlan *plan, const char *output, gboolean passed,
                           GPtrArray *problems)
{
  g_autofree char *name = g_path_get_basename (drover_document_get_program (plan->document));
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *text = skip_name (lines[i], name);
      DroverCheckProblem *problem = NULL;

      if (text != NULL && !is_noise (text))
        problem = read_message (plan, text);
      else if (text == NULL)
        problem = read_probing_warning (plan, lines[i]);
      if (problem == NULL)
        continue;

      /* What sounds like an error and kept nothing from starting. */
      if (passed)
        problem->fatal = FALSE;
      if (join (problems, problem))
        _drover_check_problem_free (problem);
      else
        g_ptr_array_add (problems, problem);
    }
}
