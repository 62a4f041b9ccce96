/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "drover-qmp-stream.h"
#include "drover-test.h"

static JsonObject *
pop (DroverQmpStream *stream)
{
  g_autoptr (GError) error = NULL;
  JsonObject *message = drover_qmp_stream_pop (stream, &error);

  g_assert_no_error (error);
  return message;
}

static void
assert_pops (DroverQmpStream *stream, int number)
{
  g_autoptr (JsonObject) message = pop (stream);

  g_assert_nonnull (message);
  g_assert_cmpint (json_object_get_int_member (message, "n"), ==, number);
}

static void
assert_pops_error (DroverQmpStream *stream, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_qmp_stream_pop (stream, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
push (DroverQmpStream *stream, const char *text)
{
  drover_qmp_stream_push (stream, text, strlen (text));
}

static void
test_empty (void)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();

  g_assert_null (pop (stream));
  drover_qmp_stream_push (stream, NULL, 0);
  g_assert_null (pop (stream));
  g_assert_true (drover_qmp_stream_finish (stream, NULL));
}

static void
test_lines (void)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();

  push (stream, "{\"n\": 1}\r\n\r\n\n{\"n\": 2}\n{\"n\"");
  assert_pops (stream, 1);
  assert_pops (stream, 2);
  g_assert_null (pop (stream));
  push (stream, ": 3}");
  g_assert_null (pop (stream));
  g_assert_false (drover_qmp_stream_finish (stream, NULL));
  push (stream, "\n");
  assert_pops (stream, 3);
  g_assert_null (pop (stream));
  g_assert_true (drover_qmp_stream_finish (stream, NULL));
}

static void
test_byte_by_byte (void)
{
  static const char text[] = "{\"n\": 1, \"t\": \"ä\\n{\"}\r\n{\"n\": 2}\r\n";
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();
  int n = 0;

  for (guint i = 0; text[i] != '\0'; i++)
    {
      g_autoptr (JsonObject) message = NULL;

      drover_qmp_stream_push (stream, text + i, 1);
      message = pop (stream);
      if (message != NULL)
        g_assert_cmpint (json_object_get_int_member (message, "n"), ==, ++n);
    }
  g_assert_cmpint (n, ==, 2);
}

static void
test_bad (gconstpointer text)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();

  push (stream, "{\"n\": 1}\n");
  push (stream, text);
  push (stream, "\n");
  assert_pops (stream, 1);
  assert_pops_error (stream, "");
}

static void
test_nul (void)
{
  static const char text[] = "{\"n\": 1}\0{\"n\": 2}\n";
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();

  drover_qmp_stream_push (stream, text, sizeof text - 1);
  assert_pops_error (stream, "NUL");
}

static void
test_deep (void)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();
  g_autofree char *deep = g_strnfill (1000000, '[');

  push (stream, deep);
  push (stream, "\n");
  assert_pops_error (stream, "nested");
}

static void
test_excerpt (void)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();
  g_autofree char *line = g_strnfill (1000, 'x');

  push (stream, line);
  push (stream, "\n");
  assert_pops_error (stream, "xxx…");
}

/* Somebody who never ends a line must not fill the memory. */
static void
test_no_end (void)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();
  g_autofree char *block = g_strnfill (1024 * 1024, ' ');
  g_autoptr (GError) error = NULL;
  guint n = 0;

  while (error == NULL && n++ < 100)
    {
      push (stream, block);
      g_assert_null (drover_qmp_stream_pop (stream, &error));
    }
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_assert_cmpuint (n, ==, 65);
}

static void
test_finish_says_why (void)
{
  g_autoptr (DroverQmpStream) stream = drover_qmp_stream_new ();
  g_autoptr (GError) error = NULL;

  push (stream, "{\"return\": ");
  g_assert_false (drover_qmp_stream_finish (stream, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "middle of a line"));
}

int
main (int argc, char **argv)
{
  static const char *const bad[][2] = {
    { "word", "word" },         { "array", "[]" },       { "two", "{}{}" },
    { "open", "{\"n\": 1" },    { "latin1", "{\"\xe4\": 1}" },
    { "space", "   " },         { "string", "\"x\"" },   { "comma", "{\"n\": 1,}" },
    { "quotes", "{'n': 1}" },   { "comment", "/* x */ {}" },
  };

  drover_test_init (&argc, &argv);
  g_test_add_func ("/qmp-stream/empty", test_empty);
  g_test_add_func ("/qmp-stream/lines", test_lines);
  g_test_add_func ("/qmp-stream/byte-by-byte", test_byte_by_byte);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/qmp-stream/bad/", bad[i][0], NULL);

      g_test_add_data_func (path, bad[i][1], test_bad);
    }
  g_test_add_func ("/qmp-stream/bad/nul", test_nul);
  g_test_add_func ("/qmp-stream/bad/deep", test_deep);
  g_test_add_func ("/qmp-stream/excerpt", test_excerpt);
  g_test_add_func ("/qmp-stream/no-end", test_no_end);
  g_test_add_func ("/qmp-stream/finish", test_finish_says_why);
  return drover_test_run ();
}
