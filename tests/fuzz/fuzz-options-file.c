/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-options-file.h"
#include "fuzz.h"

/* A file of -readconfig. Whatever stands in it, each argument has its option and a value. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_utf8_make_valid ((const char *) data, size);
  g_autoptr (DroverArgument) source = drover_argument_new ("-readconfig", "x");
  g_autoptr (GPtrArray) arguments = drover_options_file_parse (text, source, NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      g_assert_cmpuint (strlen (drover_argument_get_option (arguments->pdata[i])), >, 0);
      g_assert_cmpuint (strlen (drover_argument_get_value (arguments->pdata[i])), >, 0);
      g_assert_true (drover_argument_get_source (arguments->pdata[i]) == source);
    }
  return 0;
}
