/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command-text-laws.h"
#include "fuzz.h"

/* A text as it is typed; and then its lines as arguments: each a flag, a value, a note. An empty
 * line is a part that is missing, `#` at the beginning of a note one that is switched off. */

static const char *
get_part (const char *line)
{
  return *line != '\0' ? line : NULL;
}

static DroverArgument *
read_argument (const uint8_t **data, size_t *size)
{
  g_autofree char *flag = fuzz_next_line (data, size);
  g_autofree char *value = fuzz_next_line (data, size);
  g_autofree char *note = fuzz_next_line (data, size);
  g_autoptr (DroverArgument) plain = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (*flag != '\0' && *flag != '-')
    *flag = '-';
  g_strdelimit (value, "\001", '\n');
  g_strdelimit (note, "\001", '\n');
  plain = drover_argument_new (get_part (flag), *flag == '\0' ? value : get_part (value));
  node = drover_argument_to_json (plain);
  if (*note != '\0')
    json_object_set_string_member (json_node_get_object (node), "note", note);
  if (*note == '#')
    json_object_set_boolean_member (json_node_get_object (node), "enabled", FALSE);
  return drover_argument_new_from_json (node, "", NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  if (!g_utf8_validate (text, -1, NULL))
    return 0;

  command_text_check_text (text);
  size = strlen (text);
  data = (const uint8_t *) text;
  while (size > 0)
    {
      const uint8_t *line = data;
      DroverArgument *argument = read_argument (&data, &size);

      /* A first byte that was replaced by a dash may have been the begin of a character. */
      if (*line < 0x80)
        g_ptr_array_add (arguments, argument);
      else
        drover_argument_unref (argument);
    }

  command_text_check_arguments ("qemu", arguments);
  return 0;
}
