/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-hmp-help.h"
#include "drover-json.h"
#include "drover-qmp-line.h"
#include "fuzz.h"

/* The first byte says where the cursor is. What is typed is understood or refused, and what is
 * offered for it leads to text again. */
static const char schema_text[] =
  "[{\"name\":\"a\",\"meta-type\":\"command\",\"arg-type\":\"1\",\"ret-type\":\"0\"},"
  "{\"name\":\"0\",\"meta-type\":\"object\",\"members\":[]},"
  "{\"name\":\"1\",\"meta-type\":\"object\",\"tag\":\"t\",\"members\":["
  "{\"name\":\"t\",\"type\":\"2\"},{\"name\":\"n\",\"type\":\"int\",\"default\":null},"
  "{\"name\":\"o\",\"type\":\"1\",\"default\":null},{\"name\":\"l\",\"type\":\"3\"}],"
  "\"variants\":[{\"case\":\"x\",\"type\":\"1\"}]},"
  "{\"name\":\"2\",\"meta-type\":\"enum\",\"members\":[{\"name\":\"x\"},{\"name\":\"y\"}]},"
  "{\"name\":\"3\",\"meta-type\":\"array\",\"element-type\":\"4\"},"
  "{\"name\":\"4\",\"meta-type\":\"alternate\",\"members\":[{\"type\":\"int\"},{\"type\":\"1\"}]},"
  "{\"name\":\"int\",\"meta-type\":\"builtin\",\"json-type\":\"int\"}]";

static void
check_words (const char *text, gsize cursor, gsize start, GStrv words)
{
  g_assert_cmpuint (start, <=, MAX (cursor, strlen (text)));
  for (guint i = 0; words[i] != NULL; i++)
    g_assert_true (g_utf8_validate (words[i], -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static DroverQmpSchema *schema;
  g_autofree char *text = NULL;
  g_autofree char *command = NULL;
  g_autofree char *help = NULL;
  g_autofree char *hmp_help = NULL;
  g_autoptr (JsonNode) arguments = NULL;
  g_autoptr (DroverHmpHelp) hmp = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) hmp_words = NULL;
  gsize cursor;
  gsize start = 0;

  if (schema == NULL)
    {
      g_autoptr (JsonNode) node = drover_json_parse (schema_text, -1, NULL);

      schema = drover_qmp_schema_new (node);
    }
  if (size == 0)
    return 0;

  text = g_strndup ((const char *) data + 1, size - 1);
  if (!g_utf8_validate (text, -1, NULL))
    return 0;

  cursor = strlen (text) > 0 ? data[0] % (strlen (text) + 1) : 0;
  if (drover_qmp_line_parse (text, schema, &command, &arguments, &error))
    {
      g_autofree char *objection = drover_qmp_schema_dup_objection (
        schema, command, arguments != NULL ? json_node_get_object (arguments) : NULL);

      g_assert_nonnull (command);
      g_assert_true (objection == NULL || g_utf8_validate (objection, -1, NULL));
    }
  else
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }

  /* The cursor stands between characters. */
  while (cursor > 0 && (text[cursor] & 0xc0) == 0x80)
    cursor--;
  words = drover_qmp_line_complete (text, cursor, schema, &start);
  check_words (text, cursor, start, words);
  help = drover_qmp_line_dup_help (text, schema);

  hmp = drover_hmp_help_new (text, text);
  hmp_words = drover_hmp_help_complete (hmp, text, cursor, &start);
  check_words (text, cursor, start, hmp_words);
  hmp_help = drover_hmp_help_dup (hmp, text);
  return 0;
}
