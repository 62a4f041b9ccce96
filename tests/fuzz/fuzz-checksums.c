/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-checksums.h"
#include "fuzz.h"

/* A name, and then a SHA256SUMS. A sum that is found is one: 64 digits, and in the text. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *name = fuzz_next_line (&data, &size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autofree char *sum = drover_checksums_lookup (text, name, &error);
  g_autofree char *lower = NULL;
  g_autofree char *lower_text = NULL;

  if (sum == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }

  g_assert_no_error (error);
  /* SHA-256 or SHA-512. */
  g_assert_true (strlen (sum) == 64 || strlen (sum) == 128);
  g_assert_cmpuint (strspn (sum, "0123456789abcdefABCDEF"), ==, strlen (sum));
  lower = g_ascii_strdown (sum, -1);
  lower_text = g_ascii_strdown (text, -1);
  g_assert_nonnull (strstr (lower_text, lower));
  return 0;
}
