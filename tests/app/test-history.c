/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-history.h"

#define ESC "\x1b"

typedef struct
{
  const char *name;
  const char *text;
  const char *kept;
} Case;

static const Case cases[] = {
  { "empty", "", "" },
  { "plain", "Select a language\r\n\tpl\xc3\xa9in", "Select a language\r\n\tpl\xc3\xa9in" },
  { "enquiry", "a\x05" "b", "ab" },

  /* Questions: status and position, private ones, attributes one to three, parameters,
   * modes, the window. */
  { "status", "a" ESC "[5nb", "ab" },
  { "position", "a" ESC "[6nb", "ab" },
  { "private-position", "a" ESC "[?6nb", "ab" },
  { "attributes", "a" ESC "[cb", "ab" },
  { "attributes-0", "a" ESC "[0cb", "ab" },
  { "attributes-2", "a" ESC "[>cb", "ab" },
  { "attributes-3", "a" ESC "[=cb", "ab" },
  { "parameters", "a" ESC "[xb", "ab" },
  { "mode", "a" ESC "[4$pb", "ab" },
  { "private-mode", "a" ESC "[?2026$pb", "ab" },
  { "window", "a" ESC "[18tb", "ab" },
  { "version", "a" ESC "[>qb", "ab" },
  { "version-0", "a" ESC "[>0qb", "ab" },
  { "keyboard", "a" ESC "[?ub", "ab" },
  { "identify", "a" ESC "Zb", "ab" },
  { "colour-of-text", "a" ESC "]10;?" ESC "\\b", "ab" },
  { "colour-of-ground", "a" ESC "]11;?\x07" "b", "ab" },
  { "colour-of-palette", "a" ESC "]4;1;?\x07" "b", "ab" },
  { "clipboard", "a" ESC "]52;c;?\x07" "b", "ab" },
  { "setting", "a" ESC "P$qm" ESC "\\b", "ab" },
  { "capability", "a" ESC "P+q544e" ESC "\\b", "ab" },
  { "short-form", "a\xc2\x9b" "6nb", "ab" },
  { "short-string", "a\xc2\x9d" "11;?\xc2\x9c" "b", "ab" },
  { "several", ESC "[6n" ESC "[c" ESC "[6n", "" },
  { "in-colours", ESC "[31mred" ESC "[6n" ESC "[0m", ESC "[31mred" ESC "[0m" },

  /* What only looks like one. */
  { "colour", ESC "[1;31mred" ESC "[m", ESC "[1;31mred" ESC "[m" },
  { "clear", ESC "[H" ESC "[2J", ESC "[H" ESC "[2J" },
  { "insert-mode", ESC "[4h", ESC "[4h" },
  { "soft-reset", ESC "[!p", ESC "[!p" },
  { "letters", "[6n [c", "[6n [c" },
  { "charset", ESC "(0qqq" ESC "(B", ESC "(0qqq" ESC "(B" },
  { "reset", ESC "c", ESC "c" },
  { "cursor-shape", ESC "[2 q", ESC "[2 q" },
  { "restore-cursor", ESC "[u", ESC "[u" },
  { "title", ESC "]0;Who?\x07" "b", ESC "]0;Who?\x07" "b" },
  { "set-colour", ESC "]11;#ffffff" ESC "\\b", ESC "]11;#ffffff" ESC "\\b" },
  { "picture", ESC "Pq#0" ESC "\\b", ESC "Pq#0" ESC "\\b" },
  { "string-without-end", ESC "]11;?" ESC "[6nb", ESC "]11;?b" },
  { "letters-of-utf-8", "\xc2\xa9 \xc3\x9b" "6n", "\xc2\xa9 \xc3\x9b" "6n" },

  /* Cut off anywhere, as at the end of a log that is being written. */
  { "cut-escape", "a" ESC, "a" ESC },
  { "cut-bracket", "a" ESC "[", "a" ESC "[" },
  { "cut-string", "a" ESC "]11;?", "a" ESC "]11;?" },
  { "cut-short-form", "a\xc2", "a\xc2" },
  { "cut-number", "a" ESC "[6", "a" ESC "[6" },
  { "cut-dollar", "a" ESC "[?2026$", "a" ESC "[?2026$" },
  { "not-a-final", "a" ESC "[6\nn", "a" ESC "[6\nn" },
};

static void
assert_kept (const char *text, gsize length, const char *kept, gsize kept_length)
{
  /* A copy of just that size, so that a sanitizer sees a look behind its end. */
  g_autofree guint8 *copy = g_memdup2 (text, length);
  g_autoptr (GBytes) bytes = drover_history_strip_questions (copy, length);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), kept, kept_length);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;

  assert_kept (c->text, strlen (c->text), c->kept, strlen (c->kept));
}

/* A guest may write anything. */
static void
test_zeroes (void)
{
  static const char text[] = "a\0" ESC "[6n\0b";
  static const char kept[] = "a\0\0b";

  assert_kept (text, sizeof text - 1, kept, sizeof kept - 1);
}

/* What is kept once is kept again: no question comes of what stood around one. */
static void
test_again (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 20000; i++)
    {
      static const char letters[] = ESC ESC "[[]P\\\xc2\x9b\x9d\x9c" "6ncxtp$?;qZmA\n\x05\x07";

      g_string_append_c (text, letters[g_test_rand_int_range (0, sizeof letters - 1)]);
    }

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GBytes) once =
        drover_history_strip_questions ((const guint8 *) text->str + i, text->len - i);
      gsize length;
      const guint8 *data = g_bytes_get_data (once, &length);

      g_assert_cmpuint (length, <=, text->len - i);
      g_assert_null (memchr (data, 5, length));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/history/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/history/zeroes", test_zeroes);
  g_test_add_func ("/history/random", test_again);
  return g_test_run ();
}
