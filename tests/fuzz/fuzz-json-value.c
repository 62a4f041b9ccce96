/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "json-value-laws.h"

/* A path, a new value, and all the rest: the argument. */

static gboolean
is_path (const char *text)
{
  return *text != '\0' && *text != '.' && !g_str_has_suffix (text, ".") &&
         strstr (text, "..") == NULL && g_utf8_validate (text, -1, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_next_line (&data, &size);
  g_autofree char *value = fuzz_next_line (&data, &size);
  g_autofree char *text = g_strndup ((const char *) data, size);

  if (is_path (path) && g_utf8_validate (value, -1, NULL))
    json_value_check_laws (text, path, value);
  return 0;
}
