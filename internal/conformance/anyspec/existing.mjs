// Remembers the objects of a server by collection, so that calls find what earlier calls have
// created or listed.

export class Existing {
  objects = new Map() // by the path of the collection: objects, scalars and ids

  // learn reads the objects in the response to an accepted call.
  learn ({ method, url }, { headers, body }) {
    const path = url.split('?')[0].replace(/\/$/, '')
    if (method === 'DELETE') {
      this.forget(path)
      return
    }
    if (method !== 'POST' && method !== 'GET') return
    let value
    try {
      value = JSON.parse(body)
    } catch {
      value = undefined
    }
    const list = Array.isArray(value) ? value : Object.values(value ?? {}).find(Array.isArray)
    if (method === 'GET') this.add(path, ...(list ?? []))
    else if (headers.location?.startsWith(path + '/')) this.add(path, decodeURIComponent(headers.location.slice(path.length + 1)))
    if (method === 'POST' && value !== undefined && value !== null) this.add(path, value)
  }

  add (path, ...objects) {
    this.objects.set(path, [...(this.objects.get(path) ?? []), ...objects])
  }

  forget (path) {
    const cut = path.lastIndexOf('/')
    const [collection, id] = [path.slice(0, cut), decodeURIComponent(path.slice(cut + 1))]
    this.objects.set(collection, (this.objects.get(collection) ?? []).filter(object => ![object, ...Object.values(object ?? {})].some(one => String(one) === id)))
  }

  // find returns an id of an object in the collection, or undefined. A path has no types, so a number
  // may be the id that the document has as a string.
  find (collection, name, fits) {
    const valid = value => ['string', 'number'].includes(typeof value) && value !== '' && (fits(value) || fits(String(value)))
    for (const object of this.objects.get(collection.replace(/\/$/, '')) ?? []) {
      if (object === null || typeof object !== 'object') {
        if (valid(object)) return object
        continue
      }
      const keys = Object.keys(object)
      const found = [name.toLowerCase(), 'id'].flatMap(want => keys.filter(key => key.toLowerCase() === want))
        .concat(keys.filter(key => /(id|uuid|guid|key|code|name|number)$/i.test(key)))
        .find(key => valid(object[key]))
      if (found) return object[found]
    }
  }
}
