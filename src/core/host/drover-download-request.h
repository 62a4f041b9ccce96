/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * DroverSignatureForm:
 * @DROVER_SIGNATURE_OF_CHECKSUMS: a detached signature of the list of checksums (Ubuntu, Debian)
 * @DROVER_SIGNATURE_OF_FILE: a detached signature of the file itself (Arch)
 * @DROVER_SIGNATURE_WITHIN_CHECKSUMS: the list of checksums is a clear-signed text
 */
typedef enum
{
  DROVER_SIGNATURE_OF_CHECKSUMS,
  DROVER_SIGNATURE_OF_FILE,
  DROVER_SIGNATURE_WITHIN_CHECKSUMS,
} DroverSignatureForm;

gboolean drover_signature_form_parse (const char           *text,
                                      DroverSignatureForm  *form,
                                      GError              **error);

/**
 * DroverDownloadRequest:
 * @title: (nullable): for people; the file's name when %NULL
 * @addresses: (array zero-terminated=1): where the file is, best first. One that ends with `/` is a folder, which the
 *   file's name is put behind
 * @name: (nullable): the file's name or a pattern with `*` and `?`, of which the list of
 *   checksums has the newest match; the last part of the first address when %NULL
 * @checksums: (nullable): the address of the list of checksums, as `sha256sum` writes it
 * @signature: (nullable): the address of the signature; in it `{name}` stands for the file's name,
 *   as also in @checksums
 * @form: what the signature is of; no matter when @key is %NULL
 * @key: (nullable): the pinned key that must have signed; see drover_keyring_find()
 * @sha256: (nullable): the SHA-256 (or SHA-512), when it is known beforehand
 *
 * A file to be downloaded, and by what it is checked. All is owned.
 */
typedef struct
{
  char *title;
  GStrv addresses;
  char *name;
  char *checksums;
  char *signature;
  DroverSignatureForm form;
  char *key;
  char *sha256;
} DroverDownloadRequest;

#define DROVER_TYPE_DOWNLOAD_REQUEST (drover_download_request_get_type ())
GType drover_download_request_get_type (void) G_GNUC_CONST;

DroverDownloadRequest *drover_download_request_new       (const char                  *address);
DroverDownloadRequest *drover_download_request_copy      (const DroverDownloadRequest *self);
void                   drover_download_request_free      (DroverDownloadRequest       *self);
gboolean               drover_download_request_check     (const DroverDownloadRequest *self,
                                                          GError                     **error);
gboolean               drover_download_request_is_pattern (const DroverDownloadRequest *self);
char                  *drover_download_request_dup_name  (const DroverDownloadRequest *self);
char                  *drover_download_request_dup_id    (const DroverDownloadRequest *self);
JsonNode              *drover_download_request_to_json   (const DroverDownloadRequest *self);
DroverDownloadRequest *drover_download_request_from_json (JsonNode                    *node,
                                                          GError                     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverDownloadRequest, drover_download_request_free)

G_END_DECLS
