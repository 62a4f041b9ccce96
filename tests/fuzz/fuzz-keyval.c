/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "keyval-laws.h"

/* Four lines: the argument's value, the implied key or nothing, a key, a new value. */

static gboolean
is_key (const char *text)
{
  return *text != '\0' && strpbrk (text, "=,") == NULL && !g_str_has_prefix (text, "no");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = fuzz_next_line (&data, &size);
  g_autofree char *implied = fuzz_next_line (&data, &size);
  g_autofree char *key = fuzz_next_line (&data, &size);
  g_autofree char *value = fuzz_next_line (&data, &size);

  if (is_key (key) && (*implied == '\0' || is_key (implied)))
    keyval_check_laws (text, *implied != '\0' ? implied : NULL, key, value);
  return 0;
}
