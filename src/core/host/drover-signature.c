/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gpgme.h>

#include "drover-error.h"
#include "drover-signature.h"
#include "drover-thread.h"

/* Keys are taken from us and from nowhere else, and no daemon is left behind. That a key is
 * the right one is for us to see, by its fingerprint; GnuPG need not know whom we trust. */
#define GPG_CONF "no-autostart\nno-auto-key-locate\nno-auto-key-retrieve\ntrust-model always\n"

/* One check: what goes in, and what comes out. */
struct _DroverSignatureCheck
{
  GObject parent_instance;

  const DroverPinnedKey *key;
  char *what;
  char *path;      /* what is signed is this file, */
  GBytes *bytes;   /* or these, */
  GBytes *signature; /* which may have what is signed within */
  DroverSignature *good;
};

#define DROVER_TYPE_SIGNATURE_CHECK (drover_signature_check_get_type ())
G_DECLARE_FINAL_TYPE (DroverSignatureCheck, drover_signature_check, DROVER, SIGNATURE_CHECK, GObject)
G_DEFINE_FINAL_TYPE (DroverSignatureCheck, drover_signature_check, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (DroverSignature, drover_signature, drover_signature_copy,
                     drover_signature_free)

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gpgme_ctx_t, gpgme_release, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gpgme_data_t, gpgme_data_release, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gpgme_key_t, gpgme_key_unref, NULL)

/**
 * drover_signature_copy:
 *
 * Returns: (transfer full): the same once more
 */
DroverSignature *
drover_signature_copy (const DroverSignature *self)
{
  DroverSignature *copy = g_new0 (DroverSignature, 1);

  copy->signer = g_strdup (self->signer);
  copy->fingerprint = g_strdup (self->fingerprint);
  copy->time = self->time;
  copy->text = self->text != NULL ? g_bytes_ref (self->text) : NULL;
  return copy;
}

/**
 * drover_signature_free:
 *
 * Frees it.
 */
void
drover_signature_free (DroverSignature *self)
{
  g_clear_pointer (&self->signer, g_free);
  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (2, 3)
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE, message);
  return FALSE;
}

static gboolean
check_gpgme (gpgme_error_t code, const char *what, GError **error)
{
  char text[256];

  if (gpgme_err_code (code) == GPG_ERR_NO_ERROR)
    return TRUE;

  gpgme_strerror_r (code, text, sizeof text);
  return fail (error, _("Cannot check the signature of “%s”: %s"), what, text);
}

/* Only what GnuPG itself put there. */
static void
remove_home (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_home (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

/* A folder of its own for GnuPG, so that nothing of the user's is read or written. */
static char *
make_home (GError **error)
{
  g_autofree char *home = g_dir_make_tmp ("drover-gpg-XXXXXX", error);
  g_autofree char *conf = home != NULL ? g_build_filename (home, "gpg.conf", NULL) : NULL;

  if (home == NULL)
    return NULL;
  if (!g_file_set_contents (conf, GPG_CONF, -1, error))
    {
      remove_home (home);
      return NULL;
    }
  return g_steal_pointer (&home);
}

static gboolean
open_context (gpgme_ctx_t *context, const char *home, const char *what, GError **error)
{
  static gsize initialised;

  if (g_once_init_enter (&initialised))
    {
      gpgme_check_version (NULL);
      g_once_init_leave (&initialised, 1);
    }

  if (gpgme_engine_check_version (GPGME_PROTOCOL_OpenPGP) != GPG_ERR_NO_ERROR)
    return fail (error, _("GnuPG, which checks signatures, is not installed (package gpg): “%s” "
                          "cannot be checked"), what);

  return check_gpgme (gpgme_new (context), what, error) &&
         check_gpgme (gpgme_ctx_set_engine_info (*context, GPGME_PROTOCOL_OpenPGP, NULL, home),
                      what, error);
}

static gboolean
import_key (DroverSignatureCheck *self, gpgme_ctx_t context, GError **error)
{
  g_autoptr (GBytes) bytes = drover_keyring_load (self->key, error);
  g_auto (gpgme_data_t) data = NULL;
  g_auto (gpgme_key_t) key = NULL;
  gsize size;
  const char *contents;

  if (bytes == NULL)
    return FALSE;

  contents = g_bytes_get_data (bytes, &size);
  if (!check_gpgme (gpgme_data_new_from_mem (&data, contents, size, 0), self->what, error) ||
      !check_gpgme (gpgme_op_import (context, data), self->what, error))
    return FALSE;
  if (gpgme_get_key (context, self->key->fingerprint, &key, 0) != GPG_ERR_NO_ERROR)
    return fail (error, _("Drover’s copy of the key “%s” is not the key that it says it is"),
                 self->key->name);
  return TRUE;
}

/* What the signature is of; %NULL when it is within. */
static gboolean
open_signed (DroverSignatureCheck *self, int *fd, gpgme_data_t *data, GError **error)
{
  if (self->bytes != NULL)
    {
      gsize size;
      const char *contents = g_bytes_get_data (self->bytes, &size);

      return check_gpgme (gpgme_data_new_from_mem (data, contents, size, 0), self->what, error);
    }

  if (self->path == NULL)
    return check_gpgme (gpgme_data_new (data), self->what, error);

  *fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  if (*fd < 0)
    return drover_set_errno_error (error, _("Cannot read “%s”"), self->path);
  return check_gpgme (gpgme_data_new_from_fd (data, *fd), self->what, error);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer context)
{
  gpgme_cancel_async (context);
}

static GBytes *
read_text (gpgme_data_t data)
{
  GByteArray *text = g_byte_array_new ();
  guint8 buffer[4096];
  gssize n;

  gpgme_data_seek (data, 0, SEEK_SET);
  while ((n = gpgme_data_read (data, buffer, sizeof buffer)) > 0)
    g_byte_array_append (text, buffer, n);
  return g_byte_array_free_to_bytes (text);
}

static char *
dup_day (unsigned long seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (seconds);

  return g_date_time_format (time, "%x");
}

static gboolean
is_weak (gpgme_hash_algo_t algorithm)
{
  return algorithm == GPGME_MD_MD5 || algorithm == GPGME_MD_SHA1 || algorithm == GPGME_MD_RMD160;
}

/* One signature by the right key. */
static gboolean
judge (DroverSignatureCheck *self, gpgme_signature_t signature, gpgme_key_t key, GError **error)
{
  const char *title = _(self->key->title);
  const char *what = self->what;
  g_autofree char *day = NULL;
  char text[256];

  switch ((int) gpgme_err_code (signature->status))
    {
    case GPG_ERR_NO_ERROR:
      if (is_weak (signature->hash_algo))
        return fail (error, _("The signature of “%s” by %s uses an old checksum, %s, that can be "
                              "forged"), what, title, gpgme_hash_algo_name (signature->hash_algo));
      return TRUE;

    case GPG_ERR_BAD_SIGNATURE:
      return fail (error, _("“%s” is not what was signed by %s: it was changed, or the signature "
                            "is that of another file"), what, title);

    case GPG_ERR_SIG_EXPIRED:
      day = dup_day (signature->exp_timestamp);
      return fail (error, _("The signature of “%s” by %s has expired (%s)"), what, title, day);

    case GPG_ERR_KEY_EXPIRED:
      day = dup_day (key->subkeys->expires);
      return fail (error, _("“%s” is signed with a key of %s that has expired (%s). A newer Drover "
                            "may have the new one."), what, title, day);

    case GPG_ERR_CERT_REVOKED:
      return fail (error, _("“%s” is signed with a key of %s that was revoked: its owner no longer "
                            "wants it to be trusted"), what, title);

    default:
      gpgme_strerror_r (signature->status, text, sizeof text);
      return fail (error, _("The signature of “%s” by %s cannot be checked: %s"), what, title, text);
    }
}

static void
keep_good (DroverSignatureCheck *self, gpgme_signature_t signature)
{
  self->good = g_new0 (DroverSignature, 1);
  self->good->fingerprint = g_strdup (self->key->fingerprint);
  self->good->time = signature->timestamp;
  /* Translators: whose key it is, and the key's fingerprint */
  self->good->signer = g_strdup_printf (_("%s (%s)"), _(self->key->title), self->key->fingerprint);
}

/* A file may have several signatures, as in years when a key is replaced: one that is good and
 * by the right key will do. */
static gboolean
judge_all (DroverSignatureCheck *self, gpgme_ctx_t context, GError **error)
{
  gpgme_verify_result_t result = gpgme_op_verify_result (context);
  g_autoptr (GError) reason = NULL;
  const char *other = NULL;

  for (gpgme_signature_t s = result != NULL ? result->signatures : NULL; s != NULL; s = s->next)
    {
      g_auto (gpgme_key_t) key = NULL;

      if (s->fpr == NULL ||
          gpgme_get_key (context, s->fpr, &key, 0) != GPG_ERR_NO_ERROR ||
          g_strcmp0 (key->fpr, self->key->fingerprint) != 0)
        {
          other = s->fpr != NULL ? s->fpr : "?";
          continue;
        }

      g_clear_error (&reason);
      if (judge (self, s, key, &reason))
        {
          keep_good (self, s);
          return TRUE;
        }
    }

  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (other != NULL)
    return fail (error, _("“%s” is signed by another key, %s, and not by %s (%s)"), self->what,
                 other, _(self->key->title), self->key->fingerprint);
  return fail (error, _("The signature of “%s” is damaged, or is no OpenPGP signature"),
               self->what);
}

static gboolean
verify (DroverSignatureCheck *self, const char *home, GCancellable *cancellable, GError **error)
{
  g_auto (gpgme_ctx_t) context = NULL;
  g_auto (gpgme_data_t) signature = NULL;
  g_auto (gpgme_data_t) data = NULL;
  g_autofd int fd = -1;
  const gboolean is_detached = self->path != NULL || self->bytes != NULL;
  gsize size;
  const char *contents = g_bytes_get_data (self->signature, &size);
  gulong handler = 0;
  gpgme_error_t code;

  if (size == 0)
    return is_detached ? fail (error, _("The signature of “%s” is empty"), self->what)
                       : fail (error, _("“%s” is empty"), self->what);
  if (!open_context (&context, home, self->what, error) || !import_key (self, context, error) ||
      !check_gpgme (gpgme_data_new_from_mem (&signature, contents, size, 0), self->what, error) ||
      !open_signed (self, &fd, &data, error))
    return FALSE;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), context, NULL);
  code = gpgme_op_verify (context, signature, is_detached ? data : NULL,
                          is_detached ? NULL : data);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  /* What it says of bytes that are no signature differs; that none came of it does not. */
  if (gpgme_err_code (code) != GPG_ERR_NO_DATA && gpgme_err_code (code) != GPG_ERR_BAD_DATA &&
      !check_gpgme (code, self->what, error))
    return FALSE;
  if (!judge_all (self, context, error))
    return FALSE;

  if (!is_detached)
    self->good->text = read_text (data);
  return TRUE;
}

static gboolean
verify_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  DroverSignatureCheck *self = object;
  g_autofree char *home = NULL;
  gboolean good;

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      (home = make_home (error)) == NULL)
    return FALSE;

  good = verify (self, home, cancellable, error);
  remove_home (home);
  return good;
}

static void
drover_signature_check_finalize (GObject *object)
{
  DroverSignatureCheck *self = DROVER_SIGNATURE_CHECK (object);

  g_clear_pointer (&self->what, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
  g_clear_pointer (&self->good, drover_signature_free);

  G_OBJECT_CLASS (drover_signature_check_parent_class)->finalize (object);
}

static void
drover_signature_check_class_init (DroverSignatureCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_signature_check_finalize;
}

static void
drover_signature_check_init (DroverSignatureCheck *self)
{
}

static DexFuture *
verified_cb (DexFuture *future, gpointer user_data)
{
  DroverSignatureCheck *self = user_data;

  return dex_future_new_take_boxed (DROVER_TYPE_SIGNATURE, g_steal_pointer (&self->good));
}

static DexFuture *
start (const char *key, GBytes *signature, const char *path, GBytes *bytes, const char *what,
       GCancellable *cancellable)
{
  DroverSignatureCheck *self = g_object_new (DROVER_TYPE_SIGNATURE_CHECK, NULL);
  GError *error = NULL;
  DexFuture *work;

  self->key = drover_keyring_find (key, &error);
  if (self->key == NULL)
    {
      g_object_unref (self);
      return dex_future_new_for_error (error);
    }

  self->what = g_strdup (what);
  self->path = g_strdup (path);
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  self->signature = g_bytes_ref (signature);
  work = drover_thread_run (self, verify_in_thread, cancellable);
  return dex_future_then (work, verified_cb, self, g_object_unref);
}

/**
 * drover_signature_verify_file:
 * @key: the pinned key that must have signed; see drover_keyring_find()
 * @path: what is signed; a large file is read in a thread
 * @signature: a detached signature of it, armored or not
 * @what: what to call the file in messages
 * @cancellable: (nullable): ends it
 *
 * The user's own keys are neither looked at nor changed.
 *
 * Returns: (transfer full): a future of a #DroverSignature. It is rejected with
 *   #DROVER_ERROR_SIGNATURE, and a message that says what is wrong, unless one good signature
 *   by this very key is there
 */
DexFuture *
drover_signature_verify_file (const char *key, const char *path, GBytes *signature,
                              const char *what, GCancellable *cancellable)
{
  dex_return_error_if_fail (key != NULL && path != NULL && signature != NULL && what != NULL);

  return start (key, signature, path, NULL, what, cancellable);
}

/**
 * drover_signature_verify_bytes:
 * @bytes: what is signed
 *
 * drover_signature_verify_file() for what is in memory.
 *
 * Returns: (transfer full): a future of a #DroverSignature
 */
DexFuture *
drover_signature_verify_bytes (const char *key, GBytes *bytes, GBytes *signature,
                               const char *what, GCancellable *cancellable)
{
  dex_return_error_if_fail (key != NULL && bytes != NULL && signature != NULL && what != NULL);

  return start (key, signature, NULL, bytes, what, cancellable);
}

/**
 * drover_signature_verify_text:
 * @clear_signed: a text with its signature around it
 *
 * drover_signature_verify_file() for a clear-signed text. Only the text of the result is
 * signed; there may be more in @clear_signed.
 *
 * Returns: (transfer full): a future of a #DroverSignature with its text
 */
DexFuture *
drover_signature_verify_text (const char *key, GBytes *clear_signed, const char *what,
                              GCancellable *cancellable)
{
  dex_return_error_if_fail (key != NULL && clear_signed != NULL && what != NULL);

  return start (key, clear_signed, NULL, NULL, what, cancellable);
}
